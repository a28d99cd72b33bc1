#pragma once
// One tile of cosines from two runs of unit rows.

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/rows/forms.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// Terms of the inner dimension that one product sums before the sum is added to the tile. A chain of n equal terms
/// errs by up to n² roundings of a term, and rows of ±1 have such terms: hence chains. On tensor cores the sums that
/// weigh are exact (forms.hpp), and a chain may be long.
inline constexpr int64_t kF64Chain = 256;
inline constexpr int64_t kSplitChain = 2048;

/// Forms tiles of one form, one after the other on one stream.
class TileFormer {
 public:
  /// Tiles of up to `edge` rows and columns.
  TileFormer(Device& device, const FormLayout& layout, int64_t edge);

  /// out (m x n, leading dimension edge) = products of rows a[0, m) and b[0, n) of the form; not yet limited to [-1,
  /// 1], nor multiplied by the rows' factors where the form has them. m and n are multiples of kTileUnit.
  void form(const std::byte* a, const std::byte* b, int64_t m, int64_t n, float* out, cudaStream_t stream);
  void form(const std::byte* a, const std::byte* b, int64_t m, int64_t n, double* out, cudaStream_t stream);

 private:
  Device& device_;
  FormLayout layout_;
  int64_t edge_;
  DeviceBuffer<int32_t> sums_;  // int8: of its first two sums a tile
};

/// Has the library load the code that products of this form need, once for each device and depth, so that what that
/// takes of the device's memory is gone before sizes are chosen by what is free.
void warm_up(Device& device, const FormLayout& layout);

}  // namespace gramian::cuda
