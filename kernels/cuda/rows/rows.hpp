#pragma once
// Rows as they were uploaded, and how the device sees them: all at once where they fit, else panel by panel.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/rows.hpp"
#include "kernels/cuda/rows/transform.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// Rows of the caller's matrix; a copy of them on the first device where there is room.
class CudaRows final : public DeviceRows {
 public:
  using DeviceRows::DeviceRows;
  int64_t row_bytes() const { return dim() * element_size(type()); }

  /// Copies rows [begin, begin + count), packed.
  void gather(int64_t begin, int64_t count, std::byte* out) const;
  void gather(std::span<const int64_t> which, std::byte* out) const;

  /// Null where the rows do not lie on the device.
  const std::byte* resident() const { return resident_.data(); }
  /// Makes them lie there, unless memory is short.
  void make_resident(Device& device, int64_t bytes_to_spare) const;
  /// Gives that memory back.
  void release() const { resident_ = {}; }

 private:
  /// Packed, one after the other.
  bool lie_in_order(int64_t begin, int64_t count) const;

  mutable DeviceBuffer<std::byte> resident_;  // a cache: what the rows are does not depend on it
};

const CudaRows& as_cuda(const DeviceRows& rows);

/// Bytes in flight at a time through page-locked memory.
inline constexpr int64_t kStagedBytes = int64_t{8} << 20;
/// Transformed rows at a time: fixed, because sums are taken panel by panel.
inline constexpr int64_t kPanelRows = 4096;

/// Brings rows to the device through two page-locked buffers: while one panel is filled here, the one before is being
/// copied and the one before that transformed.
class RowStream {
 public:
  RowStream(Device& device, const CudaRows& rows);

  /// Rows [begin, begin + count), count <= kPanelRows, transformed, at `out` (leading dimension ld), in the order of
  /// the device's stream. `norms` may be null.
  void transform(int64_t begin, int64_t count, const DeviceTransform& transform, double* out, int64_t ld,
                 double* norms);
  /// The same for any rows.
  void transform(std::span<const int64_t> which, const DeviceTransform& transform, double* out, int64_t ld);

 private:
  template <class Gather>
  void stage(int64_t count, const DeviceTransform& transform, double* out, int64_t ld, double* norms, Gather gather);
  /// The view of rows that lie on the device.
  void transform_stored(const StoredRows& stored, const DeviceTransform& transform, double* out, int64_t ld,
                        double* norms);

  Device& device_;
  const CudaRows& rows_;
  int64_t staged_;  // rows in a slot
  struct Slot {
    PinnedBuffer<std::byte> host;
    DeviceBuffer<std::byte> device;
    Event copied, transformed;
  };
  Stream copy_;
  DeviceBuffer<double> unmapped_, mapped_;  // a panel before and after a linear map
  Slot slots_[2];
  int next_ = 0;
};

}  // namespace gramian::cuda
