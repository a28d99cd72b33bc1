#pragma once
// Rows as they were uploaded, and how the device sees them: all at once where they fit, else panel by panel.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/rows.hpp"
#include "kernels/cuda/rows/transform.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// Rows of the caller's matrix: a copy of them on the first device where there is room, or, where the matrix lies on
/// that device, the caller's own.
class CudaRows final : public DeviceRows {
 public:
  using DeviceRows::DeviceRows;
  int64_t row_bytes() const { return dim() * element_size(type()); }

  /// Copies rows [begin, begin + count), packed.
  void gather(int64_t begin, int64_t count, std::byte* out) const;
  void gather(std::span<const int64_t> which, std::byte* out) const;

  /// All of them, as they lie on the device; nothing where they do not.
  std::optional<StoredRows> on_device() const;
  /// Row `row` of what on_device() sees without its index.
  int64_t on_device(int64_t row) const { return in_place_ ? in_matrix(row) : row; }
  /// Makes them lie there, unless memory is short.
  void make_resident(Device& device, int64_t bytes_to_spare);
  /// Gives the memory of a copy back.
  void release() const { resident_ = {}; }

 private:
  /// Nothing is copied but their numbers.
  void use_in_place(const Device& device);
  /// Packed, one after the other.
  bool lie_in_order(int64_t begin, int64_t count) const;

  mutable DeviceBuffer<std::byte> resident_;  // a cache: what the rows are does not depend on it
  bool in_place_ = false;
  DeviceBuffer<int64_t> index_;  // of rows that are used in place, unless all are
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
