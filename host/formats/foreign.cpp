#include "host/formats/foreign.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "host/formats/files/message.hpp"
#include "host/formats/format.hpp"
#include "host/formats/word_vectors/text_layout.hpp"

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
    const bool characters = std::ranges::all_of(foreign.start, [](char c) { return c >= 0x20 && c <= 0x7e; });
    if (start.starts_with(foreign.start) && !(characters && may_be_text)) {
      refuse_as(path, foreign.looks_like, foreign.remedy);
    }
  }
  refuse_zip(path, start);
  refuse_pickle(path, start);
}

void refuse_matrix_format(std::string_view path, std::string_view start) {
  for (const Format& format : formats()) {
    if (format.told == Told::by_magic && format.recognizes(start)) {
      refuse(path, "is a " + std::string(format.name) +
                       " file, where text is expected; give the vocabulary as JSON, or as text with one token a line");
    }
  }
}

void refuse_utf16(std::string_view path, std::string_view start) {
  start = start.substr(0, 4096);
  const auto zeros = [&](size_t first) {
    size_t count = 0;
    for (size_t i = first; i < start.size(); i += 2) count += start[i] == '\0' ? 1 : 0;
    return count;
  };
  // Every second byte of Latin text is NUL.
  const auto [fewer, more] = std::minmax({zeros(0), zeros(1)});
  if (start.size() < 8 || more <= start.size() / 3 || fewer > start.size() / 16) return;
  refuse_as(path, "UTF-16 text without its mark",
            std::string("convert it with iconv -f UTF-16") + (zeros(0) < zeros(1) ? "LE" : "BE") + " -t UTF-8");
}

void refuse_unknown(std::string_view path, std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 4096);
  if (const std::string why = explain_line(start); !why.empty()) refuse_at_line(path, 1, why);
  refuse_utf16(path, start);
  const bool control = std::ranges::any_of(
      start, [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f; });
  const bool text = !control && std::ranges::any_of(start, [](char c) { return c > 0; });
  refuse(path, "is not understood: it starts with " + in_quotes(bytes.substr(0, 24)) + ", " +
                   (text ? "text, but not a token and two or more numbers a line; " : "which is no known format; ") +
                   "readable are " + readable_formats());
}

}  // namespace gramian::host
