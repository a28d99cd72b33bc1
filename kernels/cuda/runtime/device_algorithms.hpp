#pragma once
// All that is asked of CUB.

#include <cuda_runtime.h>

#include <cstdint>

namespace gramian::cuda {

/// out[k] = in[0] + ... + in[k - 1] for k in [0, count). In place where out == in. Integers, so the same in every run.
void exclusive_sum(const int64_t* in, int64_t* out, int64_t count, cudaStream_t stream);

}  // namespace gramian::cuda
