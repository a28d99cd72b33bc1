#include "kernels/cuda/rows/error_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/cosines/canonical_order.hpp"
#include "kernels/cuda/rows/chains.hpp"

namespace gramian::cuda {
namespace {

constexpr double kSingle = 0x1p-24;
constexpr double kDouble = 0x1p-53;

int64_t pieces(int64_t count, int64_t piece) { return (count + piece - 1) / piece; }

/// Infinite where so many roundings leave nothing.
double gamma(int64_t roundings, double unit) {
  const double k = static_cast<double>(roundings) * unit;
  return k < 1.0 ? k / (1.0 - k) : std::numeric_limits<double>::infinity();
}

/// Between a unit row and what fp64 makes of it: its square's sum, root and inverse, and a product an entry; and what
/// measuring it in fp64 may miss.
double unit_row_error(int64_t dim) { return gamma(2 * pieces(dim, kCanonicalLanes) + 24, kDouble); }

double removed_share(double removed) { return removed + 0.5 * removed * removed; }

double share_of_split(const FormLayout& layout, const RowErrors& errors, double removed) {
  const auto dim = static_cast<double>(layout.dim);
  if (!(errors.high_square <= kSplitScale * kSplitScale)) return std::numeric_limits<double>::infinity();
  // Entries from 2048 on, of which a row has four at most, are rounded twice: low is 3/2 at most there, else 1/2.
  const double most_low = std::sqrt(0.25 * dim + 9.0) + 1.0;
  // mixed is rounded to 11 bits after a dither of half a last place.
  const double most_mixed = (kSplitScale + most_low) * (1.0 + 0x1p-9) + std::sqrt(dim) * 0x1p-11;
  const int64_t terms = 2 * layout.padded;
  const double cut = gamma(2 * terms + pieces(terms, kSplitChain), 2.0 * kSingle);
  const double balance = 4.8 / std::sqrt(dim);  // the λ that suits rows of even entries
  const double low = errors.low;
  const double crossed = 0.5 * balance * low * low + errors.mixed_off * errors.mixed_off / (2.0 * balance);
  // Products are multiplied by both rows' factors, each a row's length away from 2^-12.
  const double shortest = 1.0 - 2.0 * (most_low + 1.0) / kSplitScale;
  if (shortest <= 0.5) return std::numeric_limits<double>::infinity();
  const double factor = 1.0 / (kSplitScale * kSplitScale * shortest * shortest);
  return removed_share(removed) + factor * (crossed + cut * low * most_mixed) + 0.5 * gamma(8, kSingle);
}

}  // namespace

double error_share(const FormLayout& layout, const RowErrors& errors) {
  const double made = unit_row_error(layout.dim);
  switch (layout.form) {
    case Form::f64: {
      const int64_t chain = std::min(layout.padded, kF64Chain);
      const double product = gamma(chain + 2 + pieces(layout.padded, kF64Chain), kDouble);
      return removed_share(made) + 0.5 * product * (1.0 + 4.0 * made);
    }
    case Form::half:
      return removed_share(errors.removed + made) +
             0.5 * (gamma(2 * layout.padded, 2.0 * kSingle) * (1.0 + 1e-6) + gamma(6, kSingle));
    case Form::split:
      break;
  }
  return share_of_split(layout, errors, errors.removed + made);
}

}  // namespace gramian::cuda
