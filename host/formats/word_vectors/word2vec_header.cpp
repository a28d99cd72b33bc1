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
  record = record.substr(0, 1 << 16);
  const std::string_view line = record.substr(0, record.find('\n'));
  // The first value is a number, whatever separates it from the token.
  const size_t space = line.find_first_of(" \t,");
  if (space == std::string_view::npos) return record.find(' ') == std::string_view::npos;
  const std::string_view values = line.substr(space + 1);
  if (is_number(values.substr(0, values.find_first_of(" \t,\r")))) return true;
  // Tokens with spaces, decimal commas, brackets, sparse lines: a line of as many printable fields as the header
  // promises, or of more characters than values would be by chance.
  const bool characters =
      std::ranges::all_of(line, [](char c) { return (c >= 0x20 || c < 0 || c == '\t' || c == '\r') && c != 0x7f; });
  const auto fields = std::ranges::count_if(line, [](char c) { return c == ' ' || c == '\t'; });
  const bool digits = std::ranges::any_of(values, [](char c) { return c >= '0' && c <= '9'; });
  constexpr size_t kNoChance = 32;
  if (!characters || !digits) return false;
  if (header.cols >= static_cast<int64_t>(kNoChance / sizeof(float)) && values.size() >= kNoChance) return true;
  return fields >= header.cols && (header.cols > 1 || line.size() < record.size());
}

Word2vecHeader read_word2vec_header(const Source& source, ByteStream& stream) {
  constexpr size_t kLongest = 80;
  constexpr int64_t kMostPacked = int64_t{1} << 27;  // values a vector, where the unpacked size is not known
  const std::string_view start = stream.peek(kLongest);
  const Word2vecHeader header = *find_word2vec_header(start);
  // Readers check the number of vectors, and say how many there are. A value has two bytes at least: a digit and a
  // space.
  const int64_t most = source.compression == nullptr ? source.file->size() / 2 : kMostPacked;
  if (header.rows <= 0 || header.cols <= 0 || header.cols > most) {
    refuse_at_line(source.file->path(), 1,
                   "the header " + in_quotes(strip_line_end(first_line(start))) +
                       " promises vectors of impossible size or number for a file of " +
                       std::to_string(source.file->size()) +
                       " bytes; correct it to 'ROWS DIMENSIONS', or write the file again");
  }
  return header;
}

}  // namespace gramian::host
