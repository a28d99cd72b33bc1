#pragma once
// Made-up embedding matrices with a chosen mean cosine.

#include <cstdint>
#include <functional>
#include <vector>

namespace gramian::questions {

/// Row i is √c u + √(1−c) g/√d: u a unit vector that all rows share, g d normal variates of the row's own. Any two rows
/// then have the cosine c, up to noise of the order 1/√d. A row depends on (seed, i) alone.
class SyntheticRows {
 public:
  /// Throws InvalidUsage unless 0 <= mean_cosine <= 1 and dim >= 1.
  SyntheticRows(int64_t dim, double mean_cosine, uint64_t seed);
  /// d values.
  void row(int64_t index, float* out) const;
  void row(int64_t index, double* out) const;
  /// Rows [begin, begin + count) into out, on `threads` threads, which call `check` now and then.
  template <class T>
  void rows(int64_t begin, int64_t count, T* out, int threads, const std::function<void()>& check) const;

 private:
  template <class T>
  void fill(int64_t index, T* out) const;

  int64_t dim_;
  double own_;  // √((1−c)/d)
  uint64_t seed_;
  std::vector<double> common_;  // √c u
};

/// The nearest fp16 number, ties to even, as its bits.
uint16_t half_bits(float value);

}  // namespace gramian::questions
