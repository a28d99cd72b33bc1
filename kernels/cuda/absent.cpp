// The CUDA backend of a build without CUDA.

#include "engine/error.hpp"
#include "kernels/cuda/arrays.hpp"
#include "kernels/cuda/backend.hpp"

namespace gramian::cuda {
namespace {

[[noreturn]] void refuse() { throw DeviceUnavailable("no CUDA device: this build has no CUDA"); }

}  // namespace

std::unique_ptr<Backend> make_backend(const CudaOptions&) { refuse(); }

Matrix matrix_of(const DeviceArray&) { refuse(); }

std::shared_ptr<void> copy_onto(int, std::span<const std::byte>) { refuse(); }

DeviceList list_devices() { return {{}, "this build has no CUDA"}; }

}  // namespace gramian::cuda
