#include "kernels/cuda/products/pair_cosines.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/error.hpp"
#include "engine/on_host/canonical_rows.hpp"
#include "engine/on_host/row_block.hpp"
#include "kernels/cuda/rows/pairs.hpp"

namespace gramian::cuda {
namespace {

/// Shift is all that the kernel does.
bool only_shifts(const RowTransform& transform) { return transform.directions.rows == 0 && !transform.maps(); }

RowTransform without_scaling(const RowTransform& transform) {
  RowTransform unscaled = transform;
  unscaled.unit = false;
  unscaled.recenter.clear();
  return unscaled;
}

StoredRows all_of(const std::byte* bytes, ElementType type, int64_t count, int64_t dim) {
  return {bytes, type, nullptr, 0, count, dim};
}

/// Rows in fp64, one after the other.
StoredRows all_of(const double* values, int64_t count, int64_t dim) {
  return all_of(reinterpret_cast<const std::byte*>(values), ElementType::f64, count, dim);
}

/// From where the rows lie on the device, which spares a panel of transformed rows for every few pairs.
std::vector<double> cosines_of_stored(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs) {
  constexpr int64_t kAtOnce = int64_t{1} << 20;
  const cudaStream_t stream = device.stream();
  const DeviceBuffer<double> shift_a = on_device(ta.shift, stream);
  const DeviceBuffer<double> shift_b = on_device(tb.shift, stream);
  const StoredRows left = all_of(a.resident(), a.type(), a.rows(), a.dim());
  const StoredRows right = all_of(b.resident(), b.type(), b.rows(), b.dim());
  const int64_t fitting = device.free_bytes() / 2 / int64_t{sizeof(Pair) + sizeof(double)};
  const int64_t at_once = std::clamp<int64_t>(std::min(std::ssize(pairs), fitting), 1, kAtOnce);
  DeviceBuffer<Pair> on(at_once, "pairs");
  DeviceBuffer<double> found(at_once, "cosines");
  std::vector<double> cosines(pairs.size());
  for (int64_t begin = 0; begin < std::ssize(pairs); begin += at_once) {
    const int64_t count = std::min(at_once, std::ssize(pairs) - begin);
    copy_to_device(on.data(), pairs.data() + begin, count, stream);
    canonical_pair_cosines({left, shift_a.data()}, {right, shift_b.data()}, on.data(), count, found.data(), stream);
    copy_to_host(cosines.data() + begin, found.data(), count, stream);
    device.synchronize();  // pageable memory on both ends
  }
  return cosines;
}

/// Through transformed rows, for every transform and wherever the rows are.
std::vector<double> cosines_of_panels(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs) {
  const cudaStream_t stream = device.stream();
  const DeviceTransform on_a(without_scaling(ta), stream);
  const DeviceTransform on_b(without_scaling(tb), stream);
  const int64_t d = ta.dim(a.dim());
  // No sum goes across pairs, so panels may be as small as memory wants them.
  const int64_t fitting = device.free_bytes() / 4 / (2 * d * int64_t{sizeof(double)});
  const int64_t at_once = std::clamp<int64_t>(std::min(std::ssize(pairs), fitting), 1, kPanelRows / 2);
  DeviceBuffer<double> panel(checked_product(2 * at_once, d, "a panel of rows"), "a panel of rows");
  DeviceBuffer<double> cosines(std::ssize(pairs), "cosines");
  std::vector<Pair> facing;
  for (int64_t k = 0; k < at_once; ++k) facing.push_back({k, k});
  const DeviceBuffer<Pair> on = on_device(facing, stream, "pairs");
  RowStream source_a(device, a);
  RowStream source_b(device, b);
  std::vector<int64_t> left;
  std::vector<int64_t> right;
  for (int64_t begin = 0; begin < std::ssize(pairs); begin += at_once) {
    const int64_t count = std::min(at_once, std::ssize(pairs) - begin);
    left.clear();
    right.clear();
    for (const Pair& pair : pairs.subspan(static_cast<size_t>(begin), static_cast<size_t>(count))) {
      left.push_back(pair.i);
      right.push_back(pair.j);
    }
    double* const second = panel.data() + at_once * d;
    source_a.transform(left, on_a, panel.data(), d);
    source_b.transform(right, on_b, second, d);
    canonical_pair_cosines({all_of(panel.data(), count, d)}, {all_of(second, count, d)}, on.data(), count,
                           cosines.data() + begin, stream);
  }
  return on_host(cosines, std::ssize(pairs), stream);
}

/// Makes a device current, and the one before again: sinks of a sweep ask from threads of other devices.
class UseOf {
 public:
  explicit UseOf(Device& device) : before_(current_device()) { device.use(); }
  ~UseOf() { log_failure(cudaSetDevice(before_), "the choice of a device"); }
  UseOf(const UseOf&) = delete;
  UseOf& operator=(const UseOf&) = delete;

 private:
  int before_;
};

class KeptPairCosines final : public PairCosines {
 public:
  KeptPairCosines(Device& device, const CudaRows& rows, const RowTransform& transform)
      : device_(device), rows_(rows), transform_(without_scaling(transform)) {
    try {
      place();
    } catch (const OutOfMemory&) {
      on_.reset();
    }
  }
  ~KeptPairCosines() override = default;

  void of(std::span<const Pair> pairs, double* cosines) const override {
    {
      const std::scoped_lock lock(mutex_);
      // The rows as stored make room for what is needed more.
      if (on_ && (on_->rows.size() > 0 || rows_.resident() != nullptr)) {
        on_device_of(pairs, cosines);
        return;
      }
      if (!host_) {
        const on_host::CanonicalDots dots{canonical_dot, nullptr, nullptr};
        host_.emplace(rows_, transform_, dots, /*often=*/true, on_host::threads());
      }
    }
    host_->of(pairs, cosines);
  }

 private:
  /// Pairs that go to the device at a time.
  static constexpr int64_t kAtOnce = int64_t{1} << 14;
  /// The part of the free memory that transformed rows may take.
  static constexpr int64_t kPart = 8;

  struct OnDevice {
    Stream stream;
    DeviceBuffer<double> rows;  // transformed; none where the stored ones serve
    DeviceBuffer<double> shift;
    DeviceBuffer<Pair> pairs = DeviceBuffer<Pair>(kAtOnce, "pairs");
    DeviceBuffer<double> cosines = DeviceBuffer<double>(kAtOnce, "cosines");
  };

  void place() {
    const UseOf here(device_);
    const int64_t n = rows_.rows();
    const int64_t d = transform_.dim(rows_.dim());
    const bool as_stored = rows_.resident() != nullptr && only_shifts(transform_);
    const int64_t bytes = checked_product(checked_product(n, d, "rows"), int64_t{sizeof(double)}, "rows");
    if (n == 0 || (!as_stored && bytes > device_.free_bytes() / kPart)) return;
    on_.emplace();
    if (as_stored) {
      on_->shift = on_device(transform_.shift, on_->stream.get());
      return;
    }
    on_->rows = DeviceBuffer<double>(n * d, "transformed rows");
    const DeviceTransform transform(transform_, device_.stream());
    RowStream source(device_, rows_);
    for (int64_t begin = 0; begin < n; begin += kPanelRows) {
      source.transform(begin, std::min(kPanelRows, n - begin), transform, on_->rows.data() + begin * d, d, nullptr);
    }
    device_.synchronize();  // another stream reads them
  }

  void on_device_of(std::span<const Pair> pairs, double* cosines) const {
    const UseOf here(device_);
    const cudaStream_t stream = on_->stream.get();
    const int64_t n = rows_.rows();
    const StoredRows stored = on_->rows.size() > 0 ? all_of(on_->rows.data(), n, transform_.dim(rows_.dim()))
                                                   : all_of(rows_.resident(), rows_.type(), n, rows_.dim());
    const ShiftedRows rows{stored, on_->shift.data()};
    for (int64_t begin = 0; begin < std::ssize(pairs); begin += kAtOnce) {
      const int64_t count = std::min(kAtOnce, std::ssize(pairs) - begin);
      copy_to_device(on_->pairs.data(), pairs.data() + begin, count, stream);
      canonical_pair_cosines(rows, rows, on_->pairs.data(), count, on_->cosines.data(), stream);
      copy_to_host(cosines + begin, on_->cosines.data(), count, stream);
      on_->stream.synchronize();  // pageable memory on both ends
    }
  }

  Device& device_;
  const CudaRows& rows_;
  RowTransform transform_;
  mutable std::mutex mutex_;  // of one stream and its buffers
  mutable std::optional<OnDevice> on_;
  mutable std::optional<on_host::CanonicalRows> host_;
};

}  // namespace

std::vector<double> pair_cosines_of(Device& device, const CudaRows& a, const RowTransform& ta, const CudaRows& b,
                                    const RowTransform& tb, std::span<const Pair> pairs) {
  if (pairs.empty()) return {};
  device.use();
  const bool as_stored = a.resident() != nullptr && b.resident() != nullptr && only_shifts(ta) && only_shifts(tb);
  return as_stored ? cosines_of_stored(device, a, ta, b, tb, pairs) : cosines_of_panels(device, a, ta, b, tb, pairs);
}

std::unique_ptr<PairCosines> kept_pair_cosines_of(Device& device, const CudaRows& rows, const RowTransform& transform) {
  return std::make_unique<KeptPairCosines>(device, rows, transform);
}

}  // namespace gramian::cuda
