#pragma once
// Rows as they were uploaded, and the one place that turns a stored row into a transformed one.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::cpu {

/// The stored rows stay where they are (a mapped file); only the selection is held.
class CpuRows final : public DeviceRows {
 public:
  CpuRows(const MatrixView& view, std::span<const int64_t> rows) : view_(view), rows_(rows.begin(), rows.end()) {}
  int64_t rows() const override { return rows_.empty() ? view_.rows : std::ssize(rows_); }
  int64_t dim() const override { return view_.cols; }
  /// The stored fp32 values of a row at any alignment; null where the rows are stored otherwise.
  const std::byte* stored_f32(int64_t row) const {
    if (view_.type != ElementType::f32) return nullptr;
    return view_.data + (rows_.empty() ? row : rows_[static_cast<size_t>(row)]) * view_.row_stride * 4;
  }
  void read(int64_t row, double* out) const {
    read_row(view_, rows_.empty() ? row : rows_[static_cast<size_t>(row)], out);
  }

 private:
  MatrixView view_;
  std::vector<int64_t> rows_;
};

const CpuRows& as_cpu(const DeviceRows& rows);

/// Applies `transform` up to, not including, the scaling; returns the norm (NaN or infinity for a bad row). Numbers
/// beyond the range where squares are safe are scaled by a power of two, so no finite row overflows.
double transformed_norm(const CpuRows& rows, int64_t row, const RowTransform& transform, double* out);

/// Applies all of `transform`.
void transformed_row(const CpuRows& rows, int64_t row, const RowTransform& transform, double* out);

}  // namespace gramian::cpu
