#include "host/formats/word_vectors/word2vec_header.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"

namespace gramian::host {
namespace {

std::string_view first_line(std::string_view start) {
  constexpr size_t kLongest = 80;
  start = start.substr(0, kLongest);
  const size_t newline = start.find('\n');
  return newline == std::string_view::npos ? std::string_view{} : start.substr(0, newline);
}

}  // namespace

std::optional<Word2vecHeader> find_word2vec_header(std::string_view start) {
  const std::string_view whole = first_line(start);
  const std::string_view line = strip_line_end(whole);
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto rows = parse_integer(line.substr(0, space));
  const auto cols = parse_integer(line.substr(space + 1));
  if (!rows || !cols) return std::nullopt;
  const bool in_range = rows->in_range && cols->in_range;
  return Word2vecHeader{in_range ? rows->value : 0, in_range ? cols->value : 0, std::ssize(whole) + 1};
}

bool word2vec_is_text(std::string_view start, const Word2vecHeader& header) {
  std::string_view record = start.substr(static_cast<size_t>(header.size));
  record.remove_prefix(std::min(record.find_first_not_of('\n'), record.size()));
  const size_t space = record.substr(0, 1 << 16).find(' ');
  if (space == std::string_view::npos) return true;
  constexpr int64_t kEnough = 64;
  const std::string_view window = record.substr(space + 1, kEnough);
  if (is_number(window.substr(0, window.find_first_of(" \r\n")))) return true;
  // Or else the first values are all characters.
  const std::string_view values =
      window.substr(0, static_cast<size_t>(4 * std::clamp<int64_t>(header.cols, 0, kEnough)));
  const bool characters = std::ranges::all_of(
      values, [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n' || c == '\r' || c == '\t'; });
  return values.empty() || (values.size() >= 32 && characters);
}

Word2vecHeader read_word2vec_header(const MappedFile& file) {
  const Word2vecHeader header = *find_word2vec_header(file.bytes());
  // Readers check the number of vectors, and say how many there are. A value has two bytes at least: a digit and a
  // space.
  if (header.rows <= 0 || header.cols <= 0 || header.cols > file.size() / 2) {
    refuse_at_line(file.path(), 1,
                   "the header " + in_quotes(strip_line_end(first_line(file.bytes()))) +
                       " promises vectors of impossible size or number for a file of " + std::to_string(file.size()) +
                       " bytes; correct it to 'ROWS DIMENSIONS', or write the file again");
  }
  return header;
}

}  // namespace gramian::host
