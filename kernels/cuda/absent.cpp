// The CUDA backend of a build without CUDA.

#include "engine/error.hpp"
#include "kernels/cuda/backend.hpp"

namespace gramian::cuda {

std::unique_ptr<Backend> make_backend(const CudaOptions&) {
  throw DeviceUnavailable("no CUDA device: this build has no CUDA");
}

DeviceList list_devices() { return {{}, "this build has no CUDA"}; }

}  // namespace gramian::cuda
