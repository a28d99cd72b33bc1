#include "host/formats/foreign.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"
#include "host/formats/format.hpp"

namespace gramian::host {
namespace {

using namespace std::string_view_literals;

struct Foreign {
  std::string_view start;
  std::string_view looks_like;
  std::string_view remedy;
};

constexpr Foreign kForeign[] = {
    {"FiFu"sv, "a finalfusion file", "convert it to word2vec binary with: finalfusion convert -t word2vec"},
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

[[noreturn]] void refuse_as(std::string_view path, std::string_view looks_like, std::string_view remedy) {
  refuse(path, "looks like " + std::string(looks_like) + ", which is not read here; " + std::string(remedy));
}

void refuse_zip(std::string_view path, std::string_view bytes) {
  if (!bytes.starts_with("PK\x03\x04") && !bytes.starts_with("PK\x05\x06")) return;
  constexpr size_t kNameAt = 30;  // of the first member
  const std::string_view start = bytes.substr(std::min(kNameAt, bytes.size()), 200);
  if (start.find(".npy") != std::string_view::npos) {
    refuse_as(path, "a NumPy .npz archive", "save one array of it: np.save('x.npy', np.load(f)['name'])");
  }
  refuse_as(path, "a zip archive", "unpack it with unzip");
}

void refuse_pickle(std::string_view path, std::string_view bytes) {
  if (bytes.size() < 2 || bytes[0] != '\x80' || bytes[1] < 2 || bytes[1] > 5) return;
  refuse_as(path, "a Python pickle (an old PyTorch or gensim file?)",
            "load it in Python, if you trust it, and save the matrix with np.save");
}

}  // namespace

void refuse_foreign(std::string_view path, std::string_view start, bool may_be_text) {
  for (const Foreign& foreign : kForeign) {
    const bool characters = foreign.start.front() > 0;
    if (start.starts_with(foreign.start) && !(characters && may_be_text)) {
      refuse_as(path, foreign.looks_like, foreign.remedy);
    }
  }
  refuse_zip(path, start);
  refuse_pickle(path, start);
}

void refuse_unknown(std::string_view path, std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 4096);
  const std::string_view line = start.substr(0, start.find('\n'));
  for (const auto& [separator, name] : {std::pair{'\t', "tabs"}, std::pair{',', "commas"}}) {
    const std::string_view head = line.substr(0, line.find(separator));
    const std::string_view tail =
        line.substr(line.rfind(separator) == std::string_view::npos ? line.size() : line.rfind(separator) + 1);
    if (head.size() < line.size() && (is_number(head) || is_number(strip_line_end(tail)))) {
      refuse_as(path, "a table separated by " + std::string(name),
                "save its numbers as .npy, e.g. np.save('x.npy', np.loadtxt(f, delimiter=...))");
    }
  }
  const bool text = std::ranges::none_of(
      start, [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; });
  refuse(path, "is not understood: it starts with " + in_quotes(bytes.substr(0, 24)) + ", " +
                   (text ? "text, but not a token and two or more numbers a line; " : "which is no known format; ") +
                   "readable are " + readable_formats());
}

}  // namespace gramian::host
