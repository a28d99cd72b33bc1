#include "engine/cosines/rank_bins.hpp"

#include "engine/error.hpp"

namespace gramian {
namespace {

constexpr int64_t kMostBins = int64_t{1} << (32 - kLogPartsBits);
/// Bins for the sake of a sample that is all in few cells: look-ups shall stay in the cache.
constexpr int64_t kBinsOfSample = int64_t{1} << 19;

double cell_edge(int64_t cell) { return static_cast<double>(cell - kFineBins / 2) / static_cast<double>(kFinePerUnit); }

/// Whether two fp32 numbers of [-1, 1] can lie in [lo, lo + width), or [lo, lo + width] where that ends at 1.
bool holds_several_f32(double lo, double width) {
  const double hi = lo + width;
  const double least = lo >= 0 ? lo : -hi;
  if (least <= 0.0) return true;
  const double spacing = std::ldexp(1.0, std::ilogb(least) - 23);
  return hi == 1.0 ? spacing <= width : spacing < width;
}

/// Σ over the parts of m (m - 1), m the values in a part that can hold several; `cell` is its values, ascending.
double collisions(std::span<const double> cell, int64_t number, int p, CosineType type) {
  const double lo = cell_edge(number);
  const double parts = std::ldexp(1.0, p);
  const double width = std::ldexp(1.0 / static_cast<double>(kFinePerUnit), -p);
  const auto part_of = [&](double x) {
    return std::min(std::floor((x - lo) * static_cast<double>(kFinePerUnit) * parts), parts - 1.0);
  };
  double sum = 0.0;
  for (size_t k = 0; k < cell.size();) {
    const double part = part_of(cell[k]);
    const size_t begin = k;
    while (k < cell.size() && part_of(cell[k]) == part) ++k;
    const auto held = static_cast<double>(k - begin);
    if (type == CosineType::f64 || holds_several_f32(lo + part * width, width)) sum += held * (held - 1.0);
  }
  return sum;
}

int64_t cell_of(double x) {
  return std::min(static_cast<int64_t>(std::floor(x * static_cast<double>(kFinePerUnit))) + kFineBins / 2,
                  kFineBins - 1);
}

}  // namespace

RankBins::RankBins(std::span<const uint8_t> log_parts) {
  if (std::ssize(log_parts) != kFineBins) throw InvalidUsage("rank bins need an entry for every cell of the fine grid");
  for (const uint8_t p : log_parts) {
    if (p > kMaxLogParts || bins_ + (int64_t{1} << p) > kMostBins) throw InvalidUsage("too many rank bins");
    cells_.push_back(static_cast<uint32_t>(bins_) << kLogPartsBits | p);
    bins_ += int64_t{1} << p;
  }
}

RankBins RankBins::of_sample(std::vector<double>& sample, CosineType type, double parts) {
  std::vector<uint8_t> log_parts(static_cast<size_t>(kFineBins), 0);
  for (double& x : sample) {
    x = std::clamp(x, -1.0, 1.0);
    if (type == CosineType::f32) x = static_cast<double>(static_cast<float>(x));
  }
  std::ranges::sort(sample);
  const double wanted = static_cast<double>(sample.size()) / parts;
  int64_t left = kBinsOfSample - kFineBins;
  for (size_t k = 0; k < sample.size();) {
    const int64_t cell = cell_of(sample[k]);
    const size_t begin = k;
    while (k < sample.size() && cell_of(sample[k]) == cell) ++k;
    const auto values = std::span(sample).subspan(begin, k - begin);
    const double allowed = static_cast<double>(values.size()) * wanted;
    // The fewest parts that are enough, or that are as good as the most there may be.
    int best = 0;
    double least = collisions(values, cell, 0, type);
    for (int p = 1; p <= kMaxLogParts && int64_t{1} << p <= left && least > allowed; ++p) {
      const double found = collisions(values, cell, p, type);
      if (found < least) {
        least = found;
        best = p;
      }
    }
    left -= (int64_t{1} << best) - 1;
    log_parts[static_cast<size_t>(cell)] = static_cast<uint8_t>(best);
  }
  return RankBins(log_parts);
}

std::vector<bool> RankBins::mixed(CosineType type) const {
  std::vector<bool> result(static_cast<size_t>(bins_), true);
  if (type == CosineType::f64) return result;
  for (int64_t cell = 0; cell < kFineBins; ++cell) {
    const uint32_t entry = cells_[static_cast<size_t>(cell)];
    const int p = static_cast<int>(entry & ((1u << kLogPartsBits) - 1));
    const double width = std::ldexp(1.0 / static_cast<double>(kFinePerUnit), -p);
    for (int64_t part = 0; part < int64_t{1} << p; ++part) {
      result[static_cast<size_t>((entry >> kLogPartsBits) + part)] =
          holds_several_f32(cell_edge(cell) + static_cast<double>(part) * width, width);
    }
  }
  return result;
}

}  // namespace gramian
