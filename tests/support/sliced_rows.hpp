#pragma once
// The int8 form of kernels/cuda/rows/slices.hpp on the CPU, by plain loops that share no code with it: what a sweep in
// that form finds on any device can be checked bit by bit.

#include <cstdint>
#include <vector>

#include "tests/oracle/oracle.hpp"

namespace gramian::testing {

class SlicedRows {
 public:
  /// Scales rows to length 1 and slices them.
  explicit SlicedRows(const oracle::Table& rows);
  /// Rows that the form's rotation makes `rotated` of, as nearly as fp64 has them; d is a multiple of 64.
  static oracle::Table unrotated(const oracle::Table& rotated);
  int64_t rows() const { return static_cast<int64_t>(scale_.size()); }
  /// Of row i with row j of `other`, which has as many dimensions.
  float cosine(int64_t i, const SlicedRows& other, int64_t j) const;

 private:
  const int8_t* slice(int64_t row, int which) const { return slices_.data() + (row * 3 + which) * depth_; }

  int64_t depth_;
  std::vector<int8_t> slices_;  // high, middle, low of every row
  std::vector<float> scale_;
};

}  // namespace gramian::testing
