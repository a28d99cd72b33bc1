#include "kernels/cpu/rows/rows.hpp"

#include "engine/on_host/transformed_row.hpp"
#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {

double transformed_norm(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out) {
  return on_host::transformed_norm(rows, row, transform, out, isa_table().dot);
}

void transformed_row(const DeviceRows& rows, int64_t row, const RowTransform& transform, double* out) {
  on_host::transformed_row(rows, row, transform, out, isa_table().dot);
}

}  // namespace gramian::cpu
