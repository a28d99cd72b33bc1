// CUB's part on the host.

#include "kernels/cuda/runtime/check.hpp"
#include "kernels/cuda/runtime/device_algorithms.hpp"

namespace gramian::cuda {

void exclusive_sum(const int64_t* in, int64_t* out, int64_t count, cudaStream_t stream) {
  check(emulation::enqueue_host(stream,
                                [=] {
                                  int64_t sum = 0;
                                  for (int64_t k = 0; k < count; ++k) {
                                    const int64_t x = in[k];
                                    out[k] = sum;
                                    sum += x;
                                  }
                                }),
        "a scan");
}

}  // namespace gramian::cuda
