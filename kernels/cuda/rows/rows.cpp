#include "kernels/cuda/rows/rows.hpp"

#include <algorithm>
#include <cstring>

#include "engine/error.hpp"
#include "kernels/cuda/rows/map.hpp"

namespace gramian::cuda {
namespace {

/// Rows that are staged at a time: fewer where memory is short.
int64_t staged_rows(Device& device, const CudaRows& rows) {
  const int64_t bytes = std::min(kStagedBytes, device.free_bytes() / 16);
  const int64_t most = std::clamp<int64_t>(rows.rows(), 1, kPanelRows);
  return std::clamp<int64_t>(bytes / std::max<int64_t>(rows.row_bytes(), 1), 1, most);
}

}  // namespace

bool CudaRows::lie_in_order(int64_t begin, int64_t count) const {
  for (int64_t r = begin + 1; r < begin + count; ++r) {
    if (stored(r) - stored(r - 1) != row_bytes()) return false;
  }
  return true;
}

const CudaRows& as_cuda(const DeviceRows& rows) { return dynamic_cast<const CudaRows&>(rows); }

void CudaRows::gather(int64_t begin, int64_t count, std::byte* out) const {
  if (count == 0) return;
  const int64_t bytes = row_bytes();
  // One copy where the rows lie side by side.
  if (lie_in_order(begin, count)) {
    std::memcpy(out, stored(begin), static_cast<size_t>(count * bytes));
    return;
  }
  for (int64_t r = 0; r < count; ++r) std::memcpy(out + r * bytes, stored(begin + r), static_cast<size_t>(bytes));
}

void CudaRows::gather(std::span<const int64_t> which, std::byte* out) const {
  const int64_t bytes = row_bytes();
  for (const int64_t row : which) {
    std::memcpy(out, stored(row), static_cast<size_t>(bytes));
    out += bytes;
  }
}

void CudaRows::make_resident(Device& device, int64_t bytes_to_spare) const {
  const int64_t bytes = checked_product(rows(), row_bytes(), "rows");
  if (resident_.size() > 0 || bytes == 0 || bytes > device.free_bytes() - bytes_to_spare) return;
  try {
    resident_ = DeviceBuffer<std::byte>(bytes, "the rows");
  } catch (const OutOfMemory&) {
    return;  // they will be streamed
  }
  const int64_t at_once = staged_rows(device, *this);
  const int64_t chunk = at_once * row_bytes();
  PinnedBuffer<std::byte> staged[2] = {PinnedBuffer<std::byte>(chunk), PinnedBuffer<std::byte>(chunk)};
  const Event copied[2];
  int next = 0;
  for (int64_t begin = 0; begin < rows(); begin += at_once, next ^= 1) {
    const int64_t count = std::min(at_once, rows() - begin);
    copied[next].synchronize();
    gather(begin, count, staged[next].data());
    copy_to_device(resident_.data() + begin * row_bytes(), staged[next].data(), count * row_bytes(), device.stream());
    copied[next].record(device.stream());
  }
  device.synchronize();  // the page-locked buffers end here
}

RowStream::RowStream(Device& device, const CudaRows& rows)
    : device_(device), rows_(rows), staged_(staged_rows(device, rows)) {}

void RowStream::transform_stored(const StoredRows& stored, const DeviceTransform& transform, double* out, int64_t ld,
                                 double* norms) {
  const cudaStream_t stream = device_.stream();
  if (transform.mapped_dim == 0) {
    transform_rows(stored, transform, Steps::all, out, ld, norms, stream);
    return;
  }
  const int64_t from = stored.dim;
  const int64_t to = transform.mapped_dim;
  if (unmapped_.size() < stored.count * from || mapped_.size() < stored.count * to) {
    unmapped_ = DeviceBuffer<double>(checked_product(stored.count, from, "rows to be mapped"), "rows to be mapped");
    mapped_ = DeviceBuffer<double>(checked_product(stored.count, to, "mapped rows"), "mapped rows");
  }
  transform_rows(stored, transform, Steps::before_map, unmapped_.data(), from, nullptr, stream);
  map_rows(unmapped_.data(), stored.count, from, transform.map.data(), to, mapped_.data(), stream);
  const StoredRows mapped{
      reinterpret_cast<const std::byte*>(mapped_.data()), ElementType::f64, nullptr, 0, stored.count, to};
  transform_rows(mapped, transform, Steps::after_map, out, ld, norms, stream);
}

template <class Gather>
void RowStream::stage(int64_t count, const DeviceTransform& transform, double* out, int64_t ld, double* norms,
                      Gather gather) {
  for (int64_t begin = 0; begin < count; begin += staged_, next_ ^= 1) {
    Slot& slot = slots_[next_];
    if (slot.host.size() == 0) {
      slot.host = PinnedBuffer<std::byte>(staged_ * rows_.row_bytes());
      slot.device = DeviceBuffer<std::byte>(staged_ * rows_.row_bytes(), "a panel of rows");
    }
    const int64_t part = std::min(staged_, count - begin);
    slot.copied.synchronize();
    gather(begin, part, slot.host.data());
    slot.transformed.hold(copy_.get());
    copy_to_device(slot.device.data(), slot.host.data(), part * rows_.row_bytes(), copy_.get());
    slot.copied.record(copy_.get());
    slot.copied.hold(device_.stream());
    transform_stored({slot.device.data(), rows_.type(), nullptr, 0, part, rows_.dim()}, transform, out + begin * ld, ld,
                     norms == nullptr ? nullptr : norms + begin);
    slot.transformed.record(device_.stream());
  }
}

void RowStream::transform(int64_t begin, int64_t count, const DeviceTransform& transform, double* out, int64_t ld,
                          double* norms) {
  if (rows_.resident() != nullptr) {
    transform_stored({rows_.resident(), rows_.type(), nullptr, begin, count, rows_.dim()}, transform, out, ld, norms);
    return;
  }
  stage(count, transform, out, ld, norms,
        [&](int64_t from, int64_t part, std::byte* to) { rows_.gather(begin + from, part, to); });
}

void RowStream::transform(std::span<const int64_t> which, const DeviceTransform& transform, double* out, int64_t ld) {
  const int64_t count = std::ssize(which);
  if (rows_.resident() != nullptr) {
    const DeviceBuffer<int64_t> index = on_device(which, device_.stream());
    transform_stored({rows_.resident(), rows_.type(), index.data(), 0, count, rows_.dim()}, transform, out, ld,
                     nullptr);
    return;  // the index's end waits for the device
  }
  stage(count, transform, out, ld, nullptr, [&](int64_t from, int64_t part, std::byte* to) {
    rows_.gather(which.subspan(static_cast<size_t>(from), static_cast<size_t>(part)), to);
  });
}

}  // namespace gramian::cuda
