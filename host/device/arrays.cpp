#include "host/device/arrays.hpp"

#include <algorithm>
#include <utility>

#include "kernels/cuda/arrays.hpp"
#include "kernels/cuda/backend.hpp"

namespace gramian::host {

std::string why_no_arrays_on(int number) {
  const cuda::DeviceList list = cuda::list_devices();
  if (list.devices.empty()) return list.why_none;
  const auto found = std::ranges::find(list.devices, number, &cuda::DeviceSummary::number);
  if (found == list.devices.end()) return "there is no cuda:" + std::to_string(number);
  return found->usable ? "" : found->detail;
}

Matrix matrix_on_gpu(int number, const MatrixView& view, int64_t column_stride, std::shared_ptr<const void> owner) {
  return cuda::matrix_of(
      {view.data, view.type, view.rows, view.cols, view.row_stride, column_stride, number, std::move(owner)});
}

std::shared_ptr<void> copy_onto_gpu(int number, std::span<const std::byte> bytes) {
  return cuda::copy_onto(number, bytes);
}

}  // namespace gramian::host
