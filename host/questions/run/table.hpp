#pragma once
// Tables for people: aligned columns and a histogram of blocks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sweep/sweep.hpp"

namespace gramian::questions {

/// A token between quotes, printable, at most about `limit` columns wide.
std::string token_in_quotes(std::string_view token, size_t limit = 24);
/// `text` cut to `width` columns at most, with an ellipsis where something is missing.
std::string shortened(const std::string& text, int64_t width);

/// Rows of cells. Column c is as wide as its widest cell; '<' aligns left and '>' right, as `alignment` says (its last
/// letter goes on for further columns).
class Table {
 public:
  explicit Table(std::string alignment, std::string indent = "  ")
      : alignment_(std::move(alignment)), indent_(std::move(indent)) {}
  /// Whatever a cell holds, it is printable in the table.
  void row(const std::vector<std::string>& cells);
  std::string text() const;

 private:
  std::string alignment_;
  std::string indent_;
  std::vector<std::vector<std::string>> rows_;
};

/// The bins that overlap [min, max] as columns of block characters, four lines high, with the range shown below.
std::string block_histogram(const Histogram& spec, const std::vector<uint64_t>& counts, double min, double max);

}  // namespace gramian::questions
