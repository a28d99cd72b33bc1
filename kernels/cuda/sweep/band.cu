#include "kernels/cuda/sweep/band.hpp"

#include "kernels/cuda/reductions/cosine.cuh"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);

/// The cosine of the band's row at `r` of the tile with the row at `c` of the tile's other side.
template <class T>
__device__ T band_cosine(const BandArguments<T>& arguments, int r, int c) {
  const bool swapped = arguments.side == Side::left || (arguments.side == Side::diagonal && c < r);
  return swapped ? cosine_at(arguments.tile, c, r) : cosine_at(arguments.tile, r, c);
}

/// One warp a row, which walks along the columns in order: what it writes is in order without a sort. `columns` null:
/// it only counts.
template <class T>
__global__ void __launch_bounds__(kThreads, 1)
    band_kernel(BandArguments<T> arguments, int64_t base, int32_t* columns, float* cosines) {
  const auto row = static_cast<int>(global_thread() / kWarp);
  if (row >= arguments.rows) return;
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int r = arguments.first + row;
  const bool left = arguments.side == Side::left;
  const int width = left ? arguments.tile.rows : arguments.tile.cols;
  const int64_t other_begin = left ? arguments.tile.row_begin : arguments.tile.col_begin;
  int64_t* const place = arguments.places + row * arguments.stride;
  int64_t at = columns == nullptr ? 0 : *place - base;
  for (int first = 0; first < width; first += kWarp) {
    const int c = first + lane;
    const bool other = c < width && !(arguments.side == Side::diagonal && c == r);
    const T x = other ? band_cosine(arguments, r, c) : T(0);
    const bool reaches = other && x >= arguments.threshold;
    const unsigned all = __ballot_sync(kFullWarp, reaches);
    if (reaches && columns != nullptr) {
      const int64_t mine = at + __popc(all & ((1u << lane) - 1u));
      columns[mine] = static_cast<int32_t>(other_begin + c);
      cosines[mine] = static_cast<float>(x);
    }
    at += __popc(all);
  }
  if (columns == nullptr && lane == 0) *place = at;
}

template <class T>
void run(const BandArguments<T>& arguments, int64_t base, int32_t* columns, float* cosines, cudaStream_t stream) {
  const int64_t threads = static_cast<int64_t>(arguments.rows) * kWarp;
  launch(band_kernel<T>, {(threads + kThreads - 1) / kThreads, kThreads}, stream, arguments, base, columns, cosines);
}

}  // namespace

template <class T>
void count_band(const BandArguments<T>& arguments, cudaStream_t stream) {
  run(arguments, 0, nullptr, nullptr, stream);
}

template <class T>
void fill_band(const BandArguments<T>& arguments, int64_t base, int32_t* columns, float* cosines, cudaStream_t stream) {
  run(arguments, base, columns, cosines, stream);
}

template void count_band<float>(const BandArguments<float>&, cudaStream_t);
template void count_band<double>(const BandArguments<double>&, cudaStream_t);
template void fill_band<float>(const BandArguments<float>&, int64_t, int32_t*, float*, cudaStream_t);
template void fill_band<double>(const BandArguments<double>&, int64_t, int32_t*, float*, cudaStream_t);

}  // namespace gramian::cuda
