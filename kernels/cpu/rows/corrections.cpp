#include "kernels/cpu/rows/corrections.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/error_bounds.hpp"

namespace gramian::cpu {
namespace {

constexpr int64_t kBlock = 64;
/// Pairs from whose turn on a row is on its way from memory.
constexpr size_t kAhead = 4;
constexpr double kLargestInt8 = 127.0;
/// For what fp64 rounds when lengths are measured.
constexpr double kSlack = 1.0 + 1e-9;

int64_t padded(int64_t dim) { return (dim + kBlock - 1) / kBlock * kBlock; }

double length(const std::vector<double>& x) {
  return std::sqrt(isa_table().dot(x.data(), x.data(), std::ssize(x))) * kSlack + 1e-15;
}

/// Writes x as int8, every other block, and leaves in x what that takes away. No entry is beyond `largest`, but for
/// rounding. Returns what 1 is worth.
double as_int8(std::vector<double>& x, double largest, int8_t* out) {
  if (largest == 0.0) return 0.0;
  const double step = largest / kLargestInt8;
  const int64_t d = std::ssize(x);
  for (int64_t begin = 0; begin < d; begin += kBlock, out += 2 * kBlock) {
    isa_table().quantize(x.data() + begin, std::min(kBlock, d - begin), step, out);
  }
  return step;
}

/// The largest of any row.
struct Lengths {
  double rest = 0.0;          // R
  double rest_rounded = 0.0;  // E
  double rounded = 0.0;       // Q
  void note(const Lengths& other) {
    rest = std::max(rest, other.rest);
    rest_rounded = std::max(rest_rounded, other.rest_rounded);
    rounded = std::max(rounded, other.rounded);
  }
};

}  // namespace

int64_t Corrections::bytes(int64_t rows, int64_t dim) {
  return rows * (2 * padded(dim) + static_cast<int64_t>(sizeof(Steps)));
}

Corrections::Corrections(const CpuUnitRows& swept, const DeviceRows& rows, const RowTransform& unit, int threads)
    : width_(padded(swept.dim())), parts_(swept.rows() * 2 * width_), steps_(static_cast<size_t>(swept.rows())) {
  const int64_t d = swept.dim();
  std::vector<Lengths> of_panel(static_cast<size_t>(swept.panels()));
  parallel_for(threads, swept.panels(), [&](int64_t panel, int) {
    std::vector<double> rest(static_cast<size_t>(d));
    std::vector<double> q(static_cast<size_t>(d));
    for (int64_t row = panel * kPanel; row < std::min(swept.rows(), (panel + 1) * kPanel); ++row) {
      transformed_row(rows, row, unit, rest.data());
      const int16_t* const packed = swept.i16.data() + (panel * swept.depth() * kPanel + row % kPanel) * 2;
      int most = 0;
      for (int64_t k = 0; k < d; ++k) {
        const int entry = packed[k / 2 * kPanel * 2 + k % 2];
        most = std::max(most, std::abs(entry));
        q[static_cast<size_t>(k)] = entry;
      }
      const double scale = 1.0 / std::sqrt(isa_table().dot(q.data(), q.data(), d));
      for (size_t k = 0; k < q.size(); ++k) {
        q[k] *= scale;
        rest[k] -= q[k];
      }
      int8_t* const out = parts_.data() + row * 2 * width_;
      std::fill_n(out, 2 * width_, int8_t{0});
      Lengths lengths;
      lengths.rest = length(rest);
      Steps& steps = steps_[static_cast<size_t>(row)];
      steps.rounded = as_int8(q, most * scale, out);
      // Rounding took half a unit from an entry; what scaling to length 1 moves besides is little. What is beyond stays
      // with the rest, whose length is measured.
      steps.rest = as_int8(rest, 0.51 * scale, out + kBlock);
      lengths.rounded = length(q);
      lengths.rest_rounded = length(rest);
      of_panel[static_cast<size_t>(panel)].note(lengths);
    }
  });
  Lengths all;
  for (const Lengths& of_one : of_panel) all.note(of_one);
  const ErrorBound rounding(Form::i16, d, all.rest, 0.0, 0.0);
  bound_ = 2.0 * (all.rest_rounded + (all.rest + all.rest_rounded) * all.rounded + rounding.of_unit_row()) +
           all.rest * all.rest + rounding.of_product() + canonical_cosine_bound(d);
}

void Corrections::correct(std::span<const Pair> pairs, std::span<double> cosines) const {
  const auto crossed_dots = isa_table().crossed_dots;
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    if (p + kAhead < pairs.size()) {
      const int8_t* const next = parts_of(pairs[p + kAhead].j);
      for (int64_t at = 0; at < 2 * width_; at += 64) __builtin_prefetch(next + at);
    }
    int32_t sums[2];
    crossed_dots(parts_of(i), parts_of(j), width_ / kBlock, sums);
    const Steps& x = steps_[static_cast<size_t>(i)];
    const Steps& y = steps_[static_cast<size_t>(j)];
    cosines[p] += x.rounded * y.rest * sums[0] + x.rest * y.rounded * sums[1];
  }
}

}  // namespace gramian::cpu
