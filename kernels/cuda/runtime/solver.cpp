#include "kernels/cuda/runtime/solver.hpp"

#include <cusolverDn.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/handles.hpp"
#include "kernels/cuda/runtime/vendor_library.hpp"

namespace gramian::cuda {
namespace {

constexpr const char* kWheels =
    CUSOLVER_VER_MAJOR >= 12 ? "nvidia-cublas nvidia-cusolver" : "nvidia-cublas-cu12 nvidia-cusolver-cu12";
constexpr VendorLibrary kCusolver{"cuSOLVER", "libcusolver.so." GRAMIAN_TEXT_OF(CUSOLVER_VER_MAJOR), kWheels};
GRAMIAN_ENTRY(kCusolver, cusolverDnCreate);
GRAMIAN_ENTRY(kCusolver, cusolverDnCreateParams);
GRAMIAN_ENTRY(kCusolver, cusolverDnDestroy);
GRAMIAN_ENTRY(kCusolver, cusolverDnDestroyParams);
GRAMIAN_ENTRY(kCusolver, cusolverDnSetStream);
GRAMIAN_ENTRY(kCusolver, cusolverDnXgeqrf);
GRAMIAN_ENTRY(kCusolver, cusolverDnXgeqrf_bufferSize);
GRAMIAN_ENTRY(kCusolver, cusolverDnXgesvd);
GRAMIAN_ENTRY(kCusolver, cusolverDnXgesvd_bufferSize);
GRAMIAN_ENTRY(kCusolver, cusolverDnXsyevd);
GRAMIAN_ENTRY(kCusolver, cusolverDnXsyevd_bufferSize);

void check_solver(cusolverStatus_t status, const char* what) {
  if (status == CUSOLVER_STATUS_SUCCESS) return;
  throw_library_failure("cuSOLVER", what, "status " + std::to_string(static_cast<int>(status)),
                        status == CUSOLVER_STATUS_ALLOC_FAILED);
}

void destroy_solver(cusolverDnHandle_t handle) noexcept { cusolverDnDestroy(handle); }
void destroy_parameters(cusolverDnParams_t parameters) noexcept { cusolverDnDestroyParams(parameters); }

/// The workspace that a routine wants beside its matrices.
struct Workspace {
  std::vector<std::byte> host;  // ends last: the end of the others waits for work that may still read it
  DeviceBuffer<std::byte> device;
  DeviceBuffer<int> info;

  Workspace(size_t device_bytes, size_t host_bytes)
      : host(std::max<size_t>(host_bytes, 1)),
        device(static_cast<int64_t>(std::max<size_t>(device_bytes, 1)), "cuSOLVER"),
        info(1, "cuSOLVER") {}

  void check_info(const char* routine, cudaStream_t stream) const {
    const int found = on_host(info, 1, stream).front();
    if (found != 0) throw InvalidInput(std::string(routine) + " did not converge (info " + std::to_string(found) + ")");
  }
};

}  // namespace

struct Solver::Impl {
  UniqueHandle<cusolverDnHandle_t, destroy_solver> handle;
  UniqueHandle<cusolverDnParams_t, destroy_parameters> parameters;

  cusolverDnHandle_t on(cudaStream_t stream) const {
    check_solver(cusolverDnSetStream(handle.get(), stream), "its stream");
    return handle.get();
  }
};

void Solver::find_entries() {
  find_all(cusolverDnCreate, cusolverDnCreateParams, cusolverDnDestroy, cusolverDnDestroyParams, cusolverDnSetStream,
           cusolverDnXgeqrf, cusolverDnXgeqrf_bufferSize, cusolverDnXgesvd, cusolverDnXgesvd_bufferSize,
           cusolverDnXsyevd, cusolverDnXsyevd_bufferSize);
}

Solver::Solver() : impl_(std::make_unique<Impl>()) {
  find_entries();
  cusolverDnHandle_t handle = nullptr;
  check_solver(cusolverDnCreate(&handle), "its start");
  impl_->handle = UniqueHandle<cusolverDnHandle_t, destroy_solver>(handle);
  cusolverDnParams_t parameters = nullptr;
  check_solver(cusolverDnCreateParams(&parameters), "its parameters");
  impl_->parameters = UniqueHandle<cusolverDnParams_t, destroy_parameters>(parameters);
}

Solver::~Solver() = default;

void Solver::eigh(int64_t m, double* a, double* values, cudaStream_t stream) {
  const cusolverDnHandle_t handle = impl_->on(stream);
  const cusolverDnParams_t parameters = impl_->parameters.get();
  size_t device_bytes = 0;
  size_t host_bytes = 0;
  check_solver(
      cusolverDnXsyevd_bufferSize(handle, parameters, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_UPPER, m, CUDA_R_64F,
                                  a, m, CUDA_R_64F, values, CUDA_R_64F, &device_bytes, &host_bytes),
      "Xsyevd's workspace");
  Workspace work(device_bytes, host_bytes);
  check_solver(cusolverDnXsyevd(handle, parameters, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_UPPER, m, CUDA_R_64F, a,
                                m, CUDA_R_64F, values, CUDA_R_64F, work.device.data(), device_bytes, work.host.data(),
                                host_bytes, work.info.data()),
               "Xsyevd");
  work.check_info("Xsyevd", stream);
}

void Solver::svd(int64_t m, int64_t n, double* a, double* values, double* u, double* vt, cudaStream_t stream) {
  const cusolverDnHandle_t handle = impl_->on(stream);
  const cusolverDnParams_t parameters = impl_->parameters.get();
  size_t device_bytes = 0;
  size_t host_bytes = 0;
  check_solver(cusolverDnXgesvd_bufferSize(handle, parameters, 'S', 'S', m, n, CUDA_R_64F, a, m, CUDA_R_64F, values,
                                           CUDA_R_64F, u, m, CUDA_R_64F, vt, n, CUDA_R_64F, &device_bytes, &host_bytes),
               "Xgesvd's workspace");
  Workspace work(device_bytes, host_bytes);
  check_solver(cusolverDnXgesvd(handle, parameters, 'S', 'S', m, n, CUDA_R_64F, a, m, CUDA_R_64F, values, CUDA_R_64F, u,
                                m, CUDA_R_64F, vt, n, CUDA_R_64F, work.device.data(), device_bytes, work.host.data(),
                                host_bytes, work.info.data()),
               "Xgesvd");
  work.check_info("Xgesvd", stream);
}

void Solver::qr(int64_t m, int64_t n, double* a, int64_t lda, cudaStream_t stream) {
  const cusolverDnHandle_t handle = impl_->on(stream);
  const cusolverDnParams_t parameters = impl_->parameters.get();
  DeviceBuffer<double> tau(std::min(m, n), "cuSOLVER");
  size_t device_bytes = 0;
  size_t host_bytes = 0;
  check_solver(cusolverDnXgeqrf_bufferSize(handle, parameters, m, n, CUDA_R_64F, a, lda, CUDA_R_64F, tau.data(),
                                           CUDA_R_64F, &device_bytes, &host_bytes),
               "Xgeqrf's workspace");
  Workspace work(device_bytes, host_bytes);
  check_solver(cusolverDnXgeqrf(handle, parameters, m, n, CUDA_R_64F, a, lda, CUDA_R_64F, tau.data(), CUDA_R_64F,
                                work.device.data(), device_bytes, work.host.data(), host_bytes, work.info.data()),
               "Xgeqrf");
  work.check_info("Xgeqrf", stream);
}

}  // namespace gramian::cuda
