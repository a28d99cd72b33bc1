#include "kernels/cpu/rows/error_bounds.hpp"

#include <algorithm>

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

double rounding(Form form, int64_t dim) {
  switch (form) {
    case Form::f32:
      return gamma(roundings(dim, kLink), kSingle);
    case Form::f64:
      return gamma(roundings(dim, kChain), kDouble);
    case Form::i16:
      return gamma(6 + pieces(dim, 2 * kFixedLink), kSingle);
    case Form::two_i8:
    case Form::three_i8:
      break;
  }
  return gamma(8 + pieces(dim, kInt8Columns * (kStationaryTiles / int8_parts(form))), kSingle);
}

/// Between a unit row and what fp64 makes of it: its square's sum, root and inverse, and a product an entry.
double unit_row_error(int64_t dim) { return gamma(pieces(dim, kCanonicalLanes) / 2 + 8, kDouble); }

}  // namespace

ErrorBound::ErrorBound(Form form, int64_t dim, double turned, double left_out, double rest)
    : form_(form), made_(unit_row_error(dim)) {
  // |q| and |p| are 1 + r at most.
  largest_ = removed(turned);
  // Parts of a row add up to a length of 1 + 2 `rest` at most.
  const double length = 1.0 + 2.0 * rest;
  rounding_ = 4.0 * kDouble + rounding(form, dim) * (1.0 + 3.0 * largest_) * length * length + left_out;
}

double ErrorBound::share(double turned) const { return removed(turned) * (1.0 + 1.5 * largest_) + 0.5 * rounding_; }

double ErrorBound::removed(double turned) const {
  switch (form_) {
    case Form::f32:
      // Entries below fp32's normal range lose 2^-150 each, which is nothing beside what is added here for them.
      return kSingle + made_ + 0x1p-100;
    case Form::f64:
      return made_;
    case Form::i16:
    case Form::two_i8:
    case Form::three_i8:
      break;
  }
  return turned + made_;
}

}  // namespace gramian::cpu
