#include "kernels/cuda/rows/pack.hpp"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);

template <class T>
__global__ void __launch_bounds__(kThreads, 1) pack_kernel(Scattered from, T* out) {
  const auto* const data = reinterpret_cast<const T*>(from.data);
  for (int64_t at = global_thread(); at < from.rows * from.cols; at += global_threads()) {
    out[at] = data[at / from.cols * from.row_stride + at % from.cols * from.column_stride];
  }
}

template <class T>
void pack_as(const Scattered& from, std::byte* out, cudaStream_t stream) {
  launch(pack_kernel<T>, {blocks_for(from.rows * from.cols, kThreads), kThreads}, stream, from,
         reinterpret_cast<T*>(out));
}

}  // namespace

void pack(const Scattered& from, std::byte* out, cudaStream_t stream) {
  if (from.rows * from.cols == 0) return;
  switch (from.size) {
    case 1:
      return pack_as<uint8_t>(from, out, stream);
    case 2:
      return pack_as<uint16_t>(from, out, stream);
    case 4:
      return pack_as<uint32_t>(from, out, stream);
    default:
      return pack_as<uint64_t>(from, out, stream);
  }
}

}  // namespace gramian::cuda
