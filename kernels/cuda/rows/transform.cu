#include "kernels/cuda/rows/transform.hpp"

#include "engine/cosines/canonical_order.hpp"
#include "kernels/cuda/rows/stored_element.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(128);
static_assert(kCanonicalLanes == kWarp);

struct TransformArguments {
  StoredRows rows;
  const double* shift;
  const double* directions;
  int64_t direction_count;
  const double* recenter;
  bool unit;
  double* out;
  int64_t ld;
  double* norms;
};

constexpr double kLargest = 1.7976931348623157e308;

__device__ bool is_finite(double x) { return fabs(x) <= kLargest; }

/// value 2^exponent, whose digits a number may have no room for.
struct Length {
  double value;
  int exponent;
};

/// The length of a row whose squares leave the safe range: of the row scaled by a power of two.
__device__ Length careful_length(const double* row, int64_t d, int64_t lane) {
  double largest = 0.0;
  double bad = 0.0;
  for (int64_t k = lane; k < d; k += kWarp) {
    bad += is_finite(row[k]) ? 0.0 : 1.0;
    largest = fmax(largest, fabs(row[k]));
  }
  if (warp_sum(bad) > 0.0) return {nan(""), 0};
  for (int lanes = kWarp / 2; lanes > 0; lanes /= 2) {
    largest = fmax(largest, __shfl_xor_sync(kFullWarp, largest, lanes));
  }
  if (largest == 0.0) return {0.0, 0};
  int exponent = 0;
  frexp(largest, &exponent);
  double square = 0.0;
  for (int64_t k = lane; k < d; k += kWarp) {
    const double x = ldexp(row[k], -exponent);
    square += x * x;
  }
  return {sqrt(warp_sum(square)), exponent};
}

/// A warp a row; lane l owns elements l, l + 32, ... from load to store.
__global__ void __launch_bounds__(kThreads, 1) transform_kernel(TransformArguments arguments) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  const int64_t d = arguments.rows.dim;
  for (int64_t r = global_thread() / kWarp; r < arguments.rows.count; r += global_threads() / kWarp) {
    const int64_t from = arguments.rows.index != nullptr ? arguments.rows.index[r] : arguments.rows.first + r;
    double* const row = arguments.out + r * arguments.ld;
    for (int64_t k = lane; k < arguments.ld; k += kWarp) {
      double x = k < d ? read_element(arguments.rows, from * d + k) : 0.0;
      if (arguments.shift != nullptr && k < d) x -= arguments.shift[k];
      row[k] = x;
    }
    for (int64_t a = 0; a < arguments.direction_count; ++a) {
      const double* const axis = arguments.directions + a * d;
      double along = 0.0;
      // The bits of canonical_dot (engine/cosines/canonical_cosine.hpp), whose lanes are a warp's.
      for (int64_t k = lane; k < d; k += kWarp) along = __dadd_rn(along, __dmul_rn(row[k], axis[k]));
      along = warp_sum(along);
      for (int64_t k = lane; k < d; k += kWarp) row[k] = __dsub_rn(row[k], __dmul_rn(along, axis[k]));
    }
    Length norm{0.0, 0};
    if (arguments.unit || arguments.norms != nullptr) {
      double square = 0.0;
      for (int64_t k = lane; k < d; k += kWarp) square += row[k] * row[k];
      square = warp_sum(square);
      norm = square > 1e-280 && square < 1e280 ? Length{sqrt(square), 0} : careful_length(row, d, lane);
      if (arguments.norms != nullptr && lane == 0) {
        const double whole = ldexp(norm.value, norm.exponent);
        arguments.norms[r] = whole > kLargest ? kLargest : whole;  // what is beyond fp64 itself is its largest number
      }
    }
    if (arguments.unit) {
      const double inverse = 1.0 / norm.value;
      for (int64_t k = lane; k < d; k += kWarp) {
        row[k] = (norm.exponent == 0 ? row[k] : ldexp(row[k], -norm.exponent)) * inverse;
      }
    }
    if (arguments.recenter != nullptr) {
      for (int64_t k = lane; k < d; k += kWarp) row[k] -= arguments.recenter[k];
    }
  }
}

}  // namespace

DeviceTransform::DeviceTransform(const RowTransform& transform, cudaStream_t stream)
    : shift(on_device(transform.shift, stream)),
      directions(on_device(transform.directions.values, stream)),
      map(on_device(transform.map.values, stream, "a linear map")),
      recenter(on_device(transform.recenter, stream)),
      direction_count(transform.directions.rows),
      mapped_dim(transform.map.rows),
      unit(transform.unit) {}

void transform_rows(const StoredRows& rows, const DeviceTransform& transform, Steps steps, double* out, int64_t ld,
                    double* norms, cudaStream_t stream) {
  TransformArguments arguments{};
  arguments.rows = rows;
  if (steps != Steps::after_map) {
    arguments.shift = transform.shift.data();
    arguments.directions = transform.directions.data();
    arguments.direction_count = transform.direction_count;
  }
  if (steps != Steps::before_map) {
    arguments.recenter = transform.recenter.data();
    arguments.unit = transform.unit;
    arguments.norms = norms;
  }
  arguments.out = out;
  arguments.ld = ld;
  launch(transform_kernel, {blocks_for(rows.count * kWarp, kThreads), kThreads}, stream, arguments);
}

}  // namespace gramian::cuda
