#include "kernels/cpu/rows/error_bounds.hpp"

#include <algorithm>
#include <limits>

#include "engine/cosines/canonical_order.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

constexpr double kSingle = 0x1p-24;
constexpr double kDouble = 0x1p-53;

int64_t pieces(int64_t count, int64_t piece) { return (count + piece - 1) / piece; }

double gamma(int64_t roundings, double unit) {
  const double k = static_cast<double>(roundings) * unit;
  return k / (1.0 - k);
}

/// Roundings that a term passes, in chains of kChain that are links of `link` added up.
int64_t roundings(int64_t dim, int64_t link) {
  const int64_t chain = std::min(dim, kChain);
  return 1 + std::min(chain, link) + pieces(chain, link) + pieces(dim, kChain);
}

/// Between a unit row and what fp64 makes of it: its square's sum, root and inverse, and a product an entry.
double unit_row_error(int64_t dim) { return gamma(pieces(dim, kCanonicalLanes) / 2 + 8, kDouble); }

}  // namespace

double error_bound(Form form, int64_t dim, double turned, double low) {
  const double made = unit_row_error(dim);
  // |q| and |p| are 1 + r at most.
  const auto products = [](double r, double rounding) { return 2.0 * r + 3.0 * r * r + rounding * (1.0 + 3.0 * r); };
  switch (form) {
    case Form::f32:
      // Entries below fp32's normal range lose 2^-150 each, which is nothing beside what is added here for them.
      return products(kSingle + made + 0x1p-100, gamma(roundings(dim, kLink), kSingle)) + 4.0 * kDouble;
    case Form::f64:
      return products(made, gamma(roundings(dim, kChain), kDouble)) + 4.0 * kDouble;
    case Form::i16:
      return products(turned + made, gamma(6, kSingle)) + 4.0 * kDouble;
    case Form::i8:
      return products(turned + made, gamma(16, kSingle)) + low * low + 4.0 * kDouble;
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace gramian::cpu
