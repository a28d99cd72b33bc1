#pragma once
// What rounding rows to int16 takes from a cosine, put back for single pairs at half the memory of their fp32 rows.
//
// Let x and y be unit rows, q and p what they were rounded to, scaled to length 1, and r = x - q, s = y - p. Then
//
//   x.y = q.p + r.p + q.s + r.s
//
// where q.p was swept. Of each row, q and r are kept as int8, rounded to multiples of a 127th of their largest entry:
// q' and r'. What is added is r'.p' + q'.s'. With R = |r|, Q = |q - q'| and E = |r - r'|, each the largest of any row,
// the rest is at most 2 (E + (R + E) Q) + R R by Cauchy and Schwarz, and how the swept product and
// the unit rows themselves were rounded.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "kernels/cpu/rows/panels.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"

namespace gramian::cpu {

class Corrections final : public CosineCorrections {
 public:
  /// Dimensions up to which sums of int8 products stay in int32.
  static constexpr int64_t kMostDim = int64_t{1} << 16;

  /// `swept` is of form i16, packed of `rows` by `unit`, with kMostDim dimensions at most.
  Corrections(const CpuUnitRows& swept, const DeviceRows& rows, const RowTransform& unit, int threads);
  static int64_t bytes(int64_t rows, int64_t dim);

  void correct(std::span<const Pair> pairs, std::span<double> cosines) const override;
  double bound() const override { return bound_; }

 private:
  struct Steps {
    double rounded = 0.0;  // what 1 of q' is worth
    double rest = 0.0;     // and of r'
  };

  const int8_t* parts_of(int64_t row) const { return parts_.data() + row * 2 * width_; }

  int64_t width_;                // of q' or r', padded
  AlignedBuffer<int8_t> parts_;  // a block of q', then one of r', in turn
  std::vector<Steps> steps_;     // a row
  double bound_ = 0.0;
};

}  // namespace gramian::cpu
