#pragma once
// One line of a text of vectors into its token and values.

#include <cstdint>
#include <string>
#include <string_view>

#include "host/formats/word_vectors/text_layout.hpp"

namespace gramian::host {

class LineParser {
 public:
  /// `first_line` is the number (from 1) of row 0's line.
  LineParser(std::string_view path, TextLayout layout, int64_t first_line)
      : path_(path), layout_(layout), first_line_(first_line) {}

  const TextLayout& layout() const { return layout_; }

  /// Writes the values of a line (without its newline) to out[0, cols) and returns its token, empty in a table without
  /// tokens. Throws InvalidInput naming the line.
  std::string_view parse(std::string_view line, int64_t row, float* out) const;

  [[noreturn]] void fail(int64_t row, const std::string& what) const;

 private:
  bool parse_forward(std::string_view line, float* out, std::string_view& token) const;
  std::string_view parse_backward(std::string_view line, int64_t row, float* out) const;
  void check_token(std::string_view token, int64_t row) const;
  void check_value(std::string_view field, int64_t k, std::string_view line, int64_t row, float* out) const;

  std::string_view path_;
  TextLayout layout_;
  int64_t first_line_;
};

}  // namespace gramian::host
