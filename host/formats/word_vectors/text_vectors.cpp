#include "host/formats/word_vectors/text_vectors.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/formats/files/number.hpp"
#include "host/formats/files/parallel.hpp"

namespace gramian::host {
namespace {

// Takes the last field (up to a space) off `line`; nothing when `line` is one field.
std::optional<std::string_view> take_last_field(std::string_view& line) {
  const size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view field = line.substr(space + 1);
  line = line.substr(0, space);
  return field;
}

// Numbers at the end of `line`, not counting its first field.
int64_t trailing_numbers(std::string_view line) {
  int64_t count = 0;
  for (auto field = take_last_field(line); field && is_number(*field); field = take_last_field(line)) ++count;
  return count;
}

bool looks_like_value(std::string_view field) {
  return field.find('.') != std::string_view::npos && is_number(field) &&
         field.find_first_of("0123456789") != std::string_view::npos;
}

struct Layout {
  std::string_view path;
  int64_t first_line = 1;  // number of the first line of vectors, from 1
  int64_t cols = 0;
  bool spaces_in_tokens = false;
};

class LineParser {
 public:
  explicit LineParser(const Layout& layout) : layout_(layout) {}

  // Writes the values of a line (without its newline) to out[0, cols) and returns its token.
  std::string_view parse(std::string_view line, int64_t row, float* out) const {
    const std::string_view fields = strip_line_end(line);
    std::string_view token;
    if (parse_forward(fields, out, token)) return token;
    return parse_backward(fields, row, out);
  }

 private:
  // The usual line: a token without spaces, then exactly cols numbers.
  bool parse_forward(std::string_view line, float* out, std::string_view& token) const {
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0) return false;
    token = line.substr(0, space);
    const char* p = line.data() + space;
    const char* end = line.data() + line.size();
    for (int64_t k = 0; k < layout_.cols; ++k) {
      if (p == end || *p != ' ') return false;
      const ParsedFloat parsed = parse_float(p + 1, end, out[k]);
      if (parsed.status != FloatStatus::ok) return false;
      p = parsed.next;
    }
    return p == end;
  }

  // Anything else: a token with spaces, or an error to explain.
  std::string_view parse_backward(std::string_view line, int64_t row, float* out) const {
    if (line.empty()) fail(row, "is blank; remove it");
    std::string_view token = line;
    for (int64_t k = layout_.cols; k-- > 0;) {
      const auto field = take_last_field(token);
      if (!field) {
        fail(row, "has " + std::to_string(layout_.cols - 1 - k) + " values where " + std::to_string(layout_.cols) +
                      " are expected; copy or download the file again, or remove the line");
      }
      const ParsedFloat parsed = parse_float(field->data(), field->data() + field->size(), out[k]);
      if (parsed.status == FloatStatus::out_of_range) {
        fail(row, "the value " + in_quotes(*field) + " is too large for float32; correct or remove the line");
      }
      if (parsed.status != FloatStatus::ok || parsed.next != field->data() + field->size()) {
        fail(row, in_quotes(*field) + " stands where value " + std::to_string(k + 1) + " of " +
                      std::to_string(layout_.cols) + " is expected; correct or remove the line");
      }
    }
    check_token(token, row);
    return token;
  }

  void check_token(std::string_view token, int64_t row) const {
    if (token.empty() || token.ends_with(' ') || token.starts_with(' ')) {
      fail(row, "has an empty token or two spaces in a row; separate its fields by single spaces");
    }
    for (std::string_view rest = token;;) {
      const auto field = take_last_field(rest);
      if (!field) return;
      if (!layout_.spaces_in_tokens || looks_like_value(*field)) {
        fail(row, "has more than " + std::to_string(layout_.cols) + " values (" + in_quotes(*field) +
                      " precedes them); correct or remove the line");
      }
    }
  }

  [[noreturn]] void fail(int64_t row, const std::string& what) const {
    refuse_at_line(layout_.path, layout_.first_line + row, what);
  }

  const Layout& layout_;
};

// Pieces of `text` that end at newlines, so that threads can take them one by one.
std::vector<std::string_view> split_at_lines(std::string_view text, int threads) {
  constexpr size_t kSmallest = 1 << 16;
  constexpr size_t kLargest = 1 << 22;
  const size_t size = std::clamp(text.size() / (8 * static_cast<size_t>(threads)), kSmallest, kLargest);
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const size_t newline = text.find('\n', std::min(size, text.size()) - 1);
    const size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

NamedMatrix read_lines(const MappedFile& file, size_t begin, const Layout& layout, std::optional<int64_t> promised,
                       int threads) {
  file.advise_sequential();
  const std::string_view text = file.bytes().substr(begin);
  const std::vector<std::string_view> pieces = split_at_lines(text, threads);
  std::vector<int64_t> first_row(pieces.size() + 1, 0);
  for_each_piece(std::ssize(pieces), threads, [&](int64_t i) {
    const auto piece = static_cast<size_t>(i);
    first_row[piece + 1] = std::count(pieces[piece].begin(), pieces[piece].end(), '\n');
  });
  for (size_t i = 1; i < first_row.size(); ++i) first_row[i] += first_row[i - 1];
  const int64_t rows = first_row.back();

  if (!text.empty() && !text.ends_with('\n')) {
    refuse_at_line(layout.path, layout.first_line + rows,
                   "the file ends in mid-line, without a newline: its last number may be cut short; copy or download "
                   "it again, or if it is complete, add the newline: echo >> FILE");
  }
  if (promised && *promised != rows) {
    refuse_at_line(layout.path, 1,
                   "the header promises " + std::to_string(*promised) + " vectors, but " + std::to_string(rows) +
                       " lines follow; copy or download the file again, or correct the header");
  }
  const LineParser parser(layout);
  const auto parse_piece = [&](std::string_view piece, int64_t row, const auto& store) {
    for (; !piece.empty(); ++row) {
      const size_t newline = piece.find('\n');
      store(piece.substr(0, newline), row);
      piece.remove_prefix(newline + 1);
    }
  };
  // A value takes two bytes at least: here some line is too short, and is found without room for the matrix.
  if (rows > std::ssize(text) / 2 / layout.cols) {
    std::vector<float> scratch(static_cast<size_t>(layout.cols));
    parse_piece(text, 0, [&](std::string_view line, int64_t row) { parser.parse(line, row, scratch.data()); });
  }

  const ValueBuffer buffer = allocate_values(layout.path, ElementType::f32, rows, layout.cols);
  auto* values = reinterpret_cast<float*>(buffer.bytes.get());
  std::vector<std::string_view> tokens(static_cast<size_t>(rows));
  for_each_piece(std::ssize(pieces), threads, [&](int64_t i) {
    const auto piece = static_cast<size_t>(i);
    parse_piece(pieces[piece], first_row[piece], [&](std::string_view line, int64_t row) {
      tokens[static_cast<size_t>(row)] = parser.parse(line, row, values + row * layout.cols);
    });
  });

  int64_t token_bytes = 0;
  for (const std::string_view token : tokens) token_bytes += std::ssize(token);
  NamedMatrix result{buffer.matrix(), {}};
  result.vocabulary.reserve(rows, token_bytes);
  for (const std::string_view token : tokens) result.vocabulary.push_back(token);
  return result;
}

}  // namespace

NamedMatrix read_word2vec_text(const std::shared_ptr<const MappedFile>& file, const Word2vecHeader& header,
                               int threads) {
  const Layout layout{file->path(), 2, header.cols, false};
  return read_lines(*file, static_cast<size_t>(header.size), layout, header.rows, threads);
}

std::optional<int64_t> glove_dimensions(std::string_view text) {
  std::vector<int64_t> counts;
  while (counts.size() < 3 && !text.empty()) {
    const size_t newline = text.find('\n');
    counts.push_back(trailing_numbers(strip_line_end(text.substr(0, newline))));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  std::ranges::sort(counts);
  const auto repeated = std::ranges::adjacent_find(counts);
  const auto chosen =
      repeated != counts.end() ? repeated : std::ranges::find_if(counts, [](int64_t count) { return count >= 2; });
  if (chosen == counts.end() || *chosen < 2) return std::nullopt;
  return *chosen;
}

NamedMatrix read_glove(const std::shared_ptr<const MappedFile>& file, int64_t cols, int threads) {
  return read_lines(*file, 0, {file->path(), 1, cols, true}, std::nullopt, threads);
}

}  // namespace gramian::host
