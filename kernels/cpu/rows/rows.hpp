#pragma once
// Stored rows as the CPU's inner loops transform them.

#include <cstddef>
#include <cstdint>

#include "engine/rows.hpp"

namespace gramian::cpu {

/// The stored fp32 values of a row at any alignment; null where the rows are stored otherwise.
inline const std::byte* stored_f32(const DeviceRows& rows, int64_t row) {
  return rows.type() == ElementType::f32 ? rows.stored(row) : nullptr;
}

/// Applies `transform` up to, not including, the scaling, for `out` of d' values; returns the norm (NaN or infinity for
/// a bad row).
double transformed_norm(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out);

/// Applies all of `transform`.
void transformed_row(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out);

}  // namespace gramian::cpu
