#include "host/formats/word_vectors/word2vec_header.hpp"

#include <string>
#include <string_view>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"

namespace gramian::host {

std::optional<Word2vecHeader> read_word2vec_header(const MappedFile& file) {
  constexpr size_t kLongest = 80;
  const std::string_view start = file.bytes().substr(0, kLongest);
  const size_t newline = start.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const std::string_view line = strip_line_end(start.substr(0, newline));
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto rows = parse_integer(line.substr(0, space));
  const auto cols = parse_integer(line.substr(space + 1));
  if (!rows || !cols) return std::nullopt;

  const Word2vecHeader header{rows->value, cols->value, static_cast<int64_t>(newline) + 1};
  // Readers check the number of vectors, and say how many there are. A value has two bytes at least: a digit and a
  // space.
  if (!rows->in_range || !cols->in_range || header.rows <= 0 || header.cols <= 0 || header.cols > file.size() / 2) {
    refuse_at_line(file.path(), 1,
                   "the header " + in_quotes(line) + " promises vectors of impossible size or number for a file of " +
                       std::to_string(file.size()) +
                       " bytes; correct it to 'ROWS DIMENSIONS', or write the file again");
  }
  return header;
}

}  // namespace gramian::host
