#include "host/formats/sniff.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "host/formats/arrays/npy.hpp"
#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"
#include "host/formats/word_vectors/text_vectors.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {
namespace {

using namespace std::string_view_literals;

struct Foreign {
  std::string_view start;
  std::string_view looks_like;
  std::string_view remedy;
};

constexpr Foreign kForeign[] = {
    {"\xba\x16\x4f\x2f"sv, "a fastText .bin model", "use the .vec file that fastText writes beside it"},
    {"FiFu"sv, "a finalfusion file", "convert it to word2vec binary with: finalfusion convert -t word2vec"},
    {"GGUF"sv, "a GGUF model", "save its token_embd.weight as .npy, e.g. with the gguf Python package"},
    {"\x89HDF\r\n\x1a\n"sv, "an HDF5 file", "save the matrix as .npy, e.g. np.save('x.npy', h5py.File(f)['name'][:])"},
    {"\x1f\x8b"sv, "a gzip file", "unpack it with gunzip"},
    {"BZh"sv, "a bzip2 file", "unpack it with bunzip2"},
    {"\xfd"
     "7zXZ\0"sv,
     "an xz file", "unpack it with unxz"},
    {"\x28\xb5\x2f\xfd"sv, "a zstd file", "unpack it with unzstd"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive", "unpack it with 7z x"},
    {"PAR1"sv, "a Parquet file", "save the matrix as .npy"},
    {"ARROW1"sv, "an Arrow file", "save the matrix as .npy"},
    {"version https://git-lfs"sv, "a Git LFS pointer, not the file itself", "fetch it with git lfs pull"},
    {"<!DOCTYPE"sv, "a web page (a failed download?)", "download the file again"},
    {"<!doctype"sv, "a web page (a failed download?)", "download the file again"},
    {"<html"sv, "a web page (a failed download?)", "download the file again"},
    {"\xef\xbb\xbf"sv, "text that begins with a byte order mark, which would become part of the first token",
     "remove it: sed -i '1s/^\\xEF\\xBB\\xBF//' FILE"},
    {"\xff\xfe"sv, "UTF-16 text", "convert it with iconv -f UTF-16 -t UTF-8"},
    {"\xfe\xff"sv, "UTF-16 text", "convert it with iconv -f UTF-16 -t UTF-8"},
};

[[noreturn]] void refuse_foreign(const MappedFile& file, std::string_view looks_like, std::string_view remedy) {
  refuse(file.path(), "looks like " + std::string(looks_like) + ", which is not read here; " + std::string(remedy));
}

void refuse_zip(const MappedFile& file) {
  const std::string_view bytes = file.bytes();
  if (!bytes.starts_with("PK\x03\x04") && !bytes.starts_with("PK\x05\x06")) return;
  constexpr size_t kNameAt = 30;  // of the first member
  const std::string_view start = bytes.substr(std::min(kNameAt, bytes.size()), 200);
  if (start.find("data.pkl") != std::string_view::npos || start.find("/version") != std::string_view::npos) {
    refuse_foreign(file, "a PyTorch checkpoint",
                   "save the matrix in Python: safetensors.torch.save_file({'embedding': tensor}, 'x.safetensors')");
  }
  if (start.find(".npy") != std::string_view::npos) {
    refuse_foreign(file, "a NumPy .npz archive", "save one array of it: np.save('x.npy', np.load(f)['name'])");
  }
  refuse_foreign(file, "a zip archive", "unpack it with unzip");
}

void refuse_pickle(const MappedFile& file) {
  const std::string_view bytes = file.bytes();
  if (bytes.size() < 2 || bytes[0] != '\x80' || bytes[1] < 2 || bytes[1] > 5) return;
  refuse_foreign(file, "a Python pickle (an old PyTorch or gensim file?)",
                 "load it in Python, if you trust it, and save the matrix with np.save");
}

bool looks_like_json_object(std::string_view bytes) {
  if (!bytes.starts_with('{')) return false;
  bytes.remove_prefix(1);
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  return bytes.starts_with('"') || bytes.starts_with('}');
}

// Whether what follows the header is text: its first value is a number, or its first values are all characters.
bool first_record_is_text(std::string_view record, int64_t cols) {
  record.remove_prefix(std::min(record.find_first_not_of('\n'), record.size()));
  const size_t space = record.substr(0, 1 << 16).find(' ');
  if (space == std::string_view::npos) return true;
  constexpr size_t kEnough = 64;
  const std::string_view window = record.substr(space + 1, kEnough);
  if (is_number(window.substr(0, window.find_first_of(" \r\n")))) return true;
  const std::string_view values = window.substr(0, static_cast<size_t>(4 * std::min<int64_t>(cols, kEnough)));
  const bool characters = std::ranges::all_of(
      values, [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n' || c == '\r' || c == '\t'; });
  return values.empty() || (values.size() >= 32 && characters);
}

[[noreturn]] void refuse_unknown(const MappedFile& file) {
  const std::string_view bytes = file.bytes();
  const std::string_view start = bytes.substr(0, 4096);
  constexpr std::string_view kKnown =
      "readable are .npy, safetensors, word2vec (binary and text), fastText .vec and GloVe text";
  const std::string_view line = start.substr(0, start.find('\n'));
  for (const auto& [separator, name] : {std::pair{'\t', "tabs"}, std::pair{',', "commas"}}) {
    const std::string_view head = line.substr(0, line.find(separator));
    const std::string_view tail =
        line.substr(line.rfind(separator) == std::string_view::npos ? line.size() : line.rfind(separator) + 1);
    if (head.size() < line.size() && (is_number(head) || is_number(strip_line_end(tail)))) {
      refuse_foreign(file, "a table separated by " + std::string(name),
                     "save its numbers as .npy, e.g. np.save('x.npy', np.loadtxt(f, delimiter=...))");
    }
  }
  const bool text = std::ranges::none_of(
      start, [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; });
  refuse(file.path(),
         "is not understood: it starts with " + in_quotes(bytes.substr(0, 24)) + ", " +
             (text ? "text, but not a token and two or more numbers a line; " : "which is no known format; ") +
             std::string(kKnown));
}

}  // namespace

FileFormat sniff(const MappedFile& file) {
  const std::string_view bytes = file.bytes();
  if (is_npy(file)) return FileFormat::npy;
  if (is_safetensors(file)) return FileFormat::safetensors;
  for (const Foreign& foreign : kForeign) {
    // A magic made of letters may also start a token of GloVe text.
    if (bytes.starts_with(foreign.start) && (foreign.start.front() < 0 || !glove_dimensions(file))) {
      refuse_foreign(file, foreign.looks_like, foreign.remedy);
    }
  }
  refuse_zip(file);
  refuse_pickle(file);
  if (const auto header = read_word2vec_header(file)) {
    const std::string_view records = bytes.substr(static_cast<size_t>(header->size));
    return first_record_is_text(records, header->cols) ? FileFormat::word2vec_text : FileFormat::word2vec_binary;
  }
  if (glove_dimensions(file)) return FileFormat::glove;
  if (looks_like_json_object(bytes)) return FileFormat::safetensors_index;
  refuse_unknown(file);
}

}  // namespace gramian::host
