#include "host/questions/run/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::questions {

std::string token_in_quotes(std::string_view token, size_t limit) {
  return std::string("\"").append(host::printable(token, limit)).append("\"");
}

std::string shortened(const std::string& text, int64_t width) {
  if (host::display_width(text) <= width) return text;
  std::string result;
  std::string_view rest = text;
  int64_t used = 0;
  while (!rest.empty()) {
    const size_t length = std::max<size_t>(1, host::utf8_sequence(rest));
    used += host::display_width(rest.substr(0, length));
    if (used >= width) break;
    result += rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return result + "…";
}

void Table::row(const std::vector<std::string>& cells) {
  constexpr size_t kLongest = 4096;
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells) row.push_back(host::printable(cell, kLongest));
}

std::string Table::text() const {
  std::vector<int64_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], host::display_width(row[c]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line = indent_;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string padding(static_cast<size_t>(widths[c] - host::display_width(row[c])), ' ');
      const bool right = alignment_[std::min(c, alignment_.size() - 1)] == '>';
      line += (c > 0 ? "  " : "") + (right ? padding + row[c] : row[c] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string block_histogram(const Histogram& spec, const std::vector<uint64_t>& counts, double min, double max) {
  constexpr int64_t kColumns = 72;
  constexpr int64_t kLines = 4;
  constexpr std::array<const char*, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const double width = (spec.hi - spec.lo) / static_cast<double>(spec.bins);
  const auto bin_of = [&](double x) {
    // In doubles, as bins may be so narrow that a place beyond them is beyond every whole number.
    return static_cast<int64_t>(std::clamp(std::floor((x - spec.lo) / width), 0.0, static_cast<double>(spec.bins - 1)));
  };
  if (!(min <= max) || max < spec.lo || min > spec.hi) return "";
  const int64_t first = bin_of(min);
  const int64_t last = bin_of(max);
  const int64_t per_column = (last - first) / kColumns + 1;
  std::vector<uint64_t> columns;
  for (int64_t bin = first; bin <= last; ++bin) {
    if ((bin - first) % per_column == 0) columns.push_back(0);
    columns.back() += counts[static_cast<size_t>(bin)];
  }
  const uint64_t highest = *std::ranges::max_element(columns);
  if (highest == 0 || columns.size() < 2) return "";
  std::string text;
  for (int64_t line = kLines - 1; line >= 0; --line) {
    std::string row = "  ";
    for (const uint64_t count : columns) {
      auto eighths = std::llround(static_cast<double>(count) / static_cast<double>(highest) * 8.0 * kLines);
      if (count > 0) eighths = std::max<long long>(eighths, 1);
      row += kBlocks[static_cast<size_t>(std::clamp<long long>(eighths - 8 * line, 0, 8))];
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  const std::string low = host::fixed(std::max(min, spec.lo));
  const std::string high = host::fixed(std::min(max, spec.hi));
  const int64_t gap = std::max<int64_t>(1, std::ssize(columns) - std::ssize(low) - std::ssize(high));
  return text + "  " + low + std::string(static_cast<size_t>(gap), ' ') + high + "\n";
}

}  // namespace gramian::questions
