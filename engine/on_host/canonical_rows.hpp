#pragma once
// Rows in the form that canonical cosines are taken of, for many pairs.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend.hpp"
#include "engine/rows.hpp"

namespace gramian::on_host {

/// Functions with the bits of canonical_dot, and a quick one.
struct CanonicalDots {
  double (*dot)(const double* x, const double* y, int64_t count) = nullptr;
  /// Of fp32 values at any address; may be null.
  double (*dot_f32)(const void* x, const void* y, int64_t count) = nullptr;
  /// In fp32, in kQuickLanes lanes; may be null.
  float (*quick_f32)(const void* x, const void* y, int64_t count) = nullptr;
};

/// Rows in the form of step 2 (engine/cosines/canonical_cosine.hpp), each with its square. Where `dots` has dot_f32,
/// values that fp32 holds serve unscaled: none of their products leaves fp64's range, and powers of two cancel.
class CanonicalRows final : public PairCosines {
 public:
  /// Where they are asked for `often`, squares are kept, and rows up to some 256 MB. The transform is taken without its
  /// scaling.
  CanonicalRows(const DeviceRows& rows, const RowTransform& transform, const CanonicalDots& dots, bool often,
                int threads);

  void of(std::span<const Pair> pairs, double* cosines) const override;
  void quickly(std::span<const Pair> pairs, double* cosines) const override;
  double quick_bound() const override { return quick_bound_; }

  /// Canonical cosines of rows i of this and j of `other`, of the same form (`takes_f32`).
  void with(const CanonicalRows& other, std::span<const Pair> pairs, double* cosines) const;
  bool takes_f32() const { return takes_f32_; }
  /// What two sets of rows that are met with each other have to agree in.
  static bool could_take_f32(const DeviceRows& rows, const RowTransform& transform, const CanonicalDots& dots);

 private:
  void keep(int threads);
  void find_twins(int threads);
  /// Rows of the same bytes, whose cosine is 1 by its definition, and need not be computed however many such pairs are.
  bool are_twins(const Pair& pair) const {
    return !twins_.empty() && twins_[static_cast<size_t>(pair.i)] == twins_[static_cast<size_t>(pair.j)];
  }
  void prepare_quick(int threads);
  const void* f32(int64_t row) const;
  /// Row `row`, in `space` where it is not kept.
  const double* f64(int64_t row, std::vector<double>& space) const;
  /// xx of row `row`, whose fp64 values, where those serve, are at `values`.
  double square(int64_t row, const double* values) const;
  void form(int64_t row, double* out) const;

  const DeviceRows* rows_;
  RowTransform transform_;
  CanonicalDots dots_;
  int64_t d_;
  bool takes_f32_;
  std::vector<double> wide_;     // kept rows
  std::vector<float> narrow_;    // the same of values that fp32 holds, where they are stored otherwise
  std::vector<double> squares_;  // of all rows, or none
  std::vector<float> unit_;      // rows of length 1 in fp32, for quick products, where no fp32 values serve
  std::vector<float> inverse_;   // of norms; where quick products can be had
  std::vector<int64_t> twins_;   // of each row, the first of the same bytes; none where all rows differ
  double quick_bound_ = 0.0;
};

}  // namespace gramian::on_host
