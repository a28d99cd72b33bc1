#include "engine/reductions/fine_counts.hpp"

#include <algorithm>
#include <cmath>

namespace gramian {
namespace {

constexpr double kBinsPerUnit = kFinePerUnit;

bool is_edge(double x) { return std::abs(x) <= 1.0 && x * kBinsPerUnit == std::floor(x * kBinsPerUnit); }

}  // namespace

int64_t fine_bin(double x) {
  return std::min(static_cast<int64_t>(std::floor(x * kBinsPerUnit)) + kFineBins / 2, kFineBins - 1);
}

bool on_fine_grid(const Histogram& histogram) {
  // With both ends on the grid and a width of whole bins every edge is exact in fp64, also as numpy computes it.
  const double width = (histogram.hi - histogram.lo) * kBinsPerUnit / static_cast<double>(histogram.bins);
  // hi itself belongs to the last bin, which on the grid only holds at 1.
  return is_edge(histogram.lo) && histogram.hi == 1.0 && width >= 1.0 && width == std::floor(width);
}

bool on_fine_grid(const Bracket& bracket, bool wide) {
  if (!is_edge(bracket.lo) || bracket.hi < bracket.lo) return false;
  if (bracket.hi == 1.0) return true;
  const double above = wide ? std::nextafter(bracket.hi, 2.0)
                            : static_cast<double>(std::nextafter(static_cast<float>(bracket.hi), 2.0f));
  return is_edge(above);
}

Histogram::Found coarsen(const std::vector<uint64_t>& fine, const Histogram& histogram) {
  Histogram::Found result;
  result.counts.assign(static_cast<size_t>(histogram.bins), 0);
  const int64_t first = fine_bin(histogram.lo);
  const auto width = static_cast<int64_t>((histogram.hi - histogram.lo) * kBinsPerUnit) / histogram.bins;
  for (int64_t slot = 0; slot < kFineBins; ++slot) {
    const uint64_t count = fine[static_cast<size_t>(slot)];
    const int64_t bin = (slot - first) / width;
    if (slot < first) {
      result.below += count;
    } else if (bin >= histogram.bins) {
      result.above += count;
    } else {
      result.counts[static_cast<size_t>(bin)] += count;
    }
  }
  return result;
}

}  // namespace gramian
