#pragma once
// Unit rows packed into panels, in the form a precision needs.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"
#include "kernels/cpu/rows/rows.hpp"

namespace gramian::cpu {

enum class Form : uint8_t { f32, f64, i16, two_i8, three_i8 };

/// Int8 parts of a value; 0 in other forms.
constexpr int int8_parts(Form form) { return form == Form::two_i8 ? 2 : form == Form::three_i8 ? 3 : 0; }

/// One of the four buffers is filled, as `form` says. `depth` is the inner dimension in steps of the layout (d, pairs
/// of k for int16, blocks of kInt8Columns for int8).
class CpuUnitRows final : public UnitRows {
 public:
  CpuUnitRows(Form form, int64_t rows, int64_t dim);
  /// Memory that such rows take.
  static int64_t bytes(Form form, int64_t rows, int64_t dim);
  int64_t rows() const override { return rows_; }
  int64_t dim() const override { return dim_; }
  CosineType cosine_type() const override { return form_ == Form::f64 ? CosineType::f64 : CosineType::f32; }
  std::string form() const override;
  double bound() const override { return proven; }
  double share(int64_t begin, int64_t end) const override;
  /// The same columns have to meet at every step of a product.
  bool meets(const UnitRows& other) const override;

  Form kind() const { return form_; }
  int64_t depth() const { return depth_; }
  int64_t panels() const { return panel_count(rows_); }

  AlignedBuffer<float> f32;
  AlignedBuffer<double> f64;
  AlignedBuffer<int16_t> i16;
  AlignedBuffer<int8_t> i8;
  std::vector<int64_t> order;  // of the columns, in which products are summed
  int sums = 0;                // int8: see Int8Product
  double proven = 0.0;         // see error_bounds.hpp
  std::vector<double> shares;  // of an error, the largest of a panel's rows
  AlignedBuffer<float> scale;  // int16, int8: what turns an integer product back, one a row

 private:
  Form form_;
  int64_t rows_;
  int64_t dim_;
  int64_t depth_;
};

const CpuUnitRows& as_cpu(const UnitRows& rows);

/// The bound of a pair in fp32.
double proven_of_f32(int64_t dim);

/// Transforms by `unit`, converts and packs all rows; in the order of `partner`, where there is one.
std::unique_ptr<CpuUnitRows> pack_unit_rows(const DeviceRows& rows, const RowTransform& unit, Form form,
                                            const CpuUnitRows* partner, int threads);

}  // namespace gramian::cpu
