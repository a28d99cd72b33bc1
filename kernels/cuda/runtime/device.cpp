#include "kernels/cuda/runtime/device.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/device_memory.hpp"
#include "kernels/cuda/runtime/kernel_code.hpp"

namespace gramian::cuda {
namespace {

std::string capability(const cudaDeviceProp& properties) {
  return std::to_string(properties.major) + "." + std::to_string(properties.minor);
}

}  // namespace

int device_count(std::string& why_none) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count > 0) return count;
  cudaGetLastError();
  int driver = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess) cudaGetLastError();
  if (driver == 0) {
    why_none = "no CUDA driver is installed";
  } else if (status == cudaErrorInsufficientDriver) {
    why_none = "the CUDA driver is older than this program needs: it was built with CUDA " +
               std::to_string(CUDART_VERSION / 1000) + ", for drivers of that and later";
  } else if (status == cudaSuccess || status == cudaErrorNoDevice) {
    why_none = "the CUDA driver finds no device";
  } else {
    why_none = cudaGetErrorString(status);
  }
  return 0;
}

cudaDeviceProp properties_of(int number) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, number), "a device's properties");
  return properties;
}

std::string driver_in_words() {
  int version = 0;
  check(cudaDriverGetVersion(&version), "the driver's version");
  return "driver of CUDA " + std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

void require_capability(int number, const cudaDeviceProp& properties) {
  if (properties.major >= kOldestMajor) return;
  throw DeviceUnavailable("cuda:" + std::to_string(number) + " (" + properties.name + ") has compute capability " +
                          capability(properties) + " and " + std::to_string(kOldestMajor) +
                          ".0 is the oldest that will do");
}

std::string description_of(const cudaDeviceProp& properties) {
  return "compute capability " + capability(properties) + ", " + std::to_string(properties.multiProcessorCount) +
         " multiprocessors, " + std::to_string(properties.totalGlobalMem >> 20) + " MB";
}

Device::Device(int number, int64_t memory_limit) : number_(number), memory_limit_(memory_limit) {
  std::string why_none;
  const int count = device_count(why_none);
  if (count == 0) throw DeviceUnavailable("no CUDA device: " + why_none);
  if (number < 0 || number >= count) {
    throw DeviceUnavailable("there is no " + name() +
                            ": the CUDA devices are cuda:0 to cuda:" + std::to_string(count - 1));
  }
  properties_ = properties_of(number);
  require_capability(number, properties_);
}

void Device::use() {
  check(cudaSetDevice(number_), "the choice of a device");
  if (started()) return;
  require_code(number_, properties_);
  limit_memory(memory_limit_);
  stream_ = std::make_unique<Stream>();
  blas_ = std::make_unique<Blas>();
}

bool Device::same_kind(const Device& other) const {
  return hardware() == other.hardware() && properties_.major == other.properties_.major &&
         properties_.minor == other.properties_.minor && multiprocessors() == other.multiprocessors();
}

int64_t Device::free_bytes() {
  use();
  return allocatable_bytes();
}

std::byte* Device::staging(int64_t bytes) {
  use();
  if (staging_.size() < bytes) staging_ = PinnedBuffer<std::byte>(bytes);
  return staging_.data();
}

Solver& Device::solver() {
  use();
  if (!solver_) {
    trim_pool();  // it asks the driver for memory
    solver_ = std::make_unique<Solver>();
  }
  return *solver_;
}

}  // namespace gramian::cuda
