// Devices of the stand-in, and what tests set and ask of it.

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tests/emulation/control.hpp"
#include "tests/emulation/state.hpp"

namespace emulation {
namespace {

thread_local cudaError_t last_error = cudaSuccess;

}  // namespace

thread_local int current_device = 0;

Runtime& runtime() {
  static Runtime* const instance = new Runtime;  // outlives whatever frees memory last
  return *instance;
}

Device& device_of(int number) { return runtime().devices[static_cast<size_t>(number)]; }

cudaError_t failed(cudaError_t error) {
  last_error = error;
  return error;
}

cudaError_t report(const std::string& fault) {
  Runtime& r = runtime();
  if (r.expecting == 0) {
    std::fprintf(stderr, "emulated CUDA: %s\n", fault.c_str());
    std::abort();
  }
  if (r.fault.empty()) r.fault = fault;
  return failed(cudaErrorLaunchFailure);
}

bool runs() {
  const Settings& s = runtime().settings;
  return s.driver && s.devices > 0;
}

void configure(const Settings& settings) {
  Runtime& r = runtime();
  const std::scoped_lock lock(r.mutex);
  // Devices that a backend still uses stay, though a new one may not see them.
  while (!r.devices.empty() && r.devices.back().memory.empty() && r.devices.back().streams.empty()) {
    r.devices.pop_back();
  }
  r.settings = settings;
  r.devices.resize(std::max(r.devices.size(), static_cast<size_t>(std::max(settings.devices, 1))));
  current_device = 0;
  r.random.seed(settings.seed);
  r.peak = 0;
  r.kernels = 0;
  r.copied = 0;
  r.copied_back = 0;
  r.shapes.clear();
  for (Device& device : r.devices) device.has_context = false;
}

Settings settings() { return runtime().settings; }

ExpectFaults::ExpectFaults() {
  const std::scoped_lock lock(runtime().mutex);
  ++runtime().expecting;
  runtime().fault.clear();
}
ExpectFaults::~ExpectFaults() {
  const std::scoped_lock lock(runtime().mutex);
  --runtime().expecting;
}
std::string ExpectFaults::first() const { return runtime().fault; }

size_t allocated_bytes() {
  const std::scoped_lock lock(runtime().mutex);
  size_t sum = 0;
  for (const Device& device : runtime().devices) sum += device.allocated;
  return sum;
}
size_t peak_bytes() { return runtime().peak; }
size_t pooled_allocations() { return runtime().pooled; }
int64_t kernels_run() { return runtime().kernels; }
size_t copied_bytes() { return runtime().copied; }
size_t copied_back_bytes() { return runtime().copied_back; }
int contexts() {
  const std::scoped_lock lock(runtime().mutex);
  return static_cast<int>(std::ranges::count_if(runtime().devices, &Device::has_context));
}
std::set<std::pair<int64_t, int64_t>> product_shapes() {
  const std::scoped_lock lock(runtime().mutex);
  return runtime().shapes;
}
void note_product(int64_t rows, int64_t columns) {
  const std::scoped_lock lock(runtime().mutex);
  runtime().shapes.emplace(rows, columns);
}
int compute_major_of(int device) {
  const Settings& s = runtime().settings;
  return device < std::ssize(s.majors) ? s.majors[static_cast<size_t>(device)] : s.compute_major;
}

cudaError_t allow_shared(const void* kernel, int bytes) {
  const std::scoped_lock lock(runtime().mutex);
  if (bytes > runtime().settings.shared_bytes) return failed(cudaErrorInvalidValue);
  runtime().shared_allowed[kernel] = bytes;
  return cudaSuccess;
}

bool has_code() { return settings().code; }

}  // namespace emulation

inline namespace emulated_cuda_runtime {

using emulation::failed;
using emulation::runtime;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (!runtime().settings.driver) return failed(cudaErrorInsufficientDriver);
  if (runtime().settings.devices == 0) return failed(cudaErrorNoDevice);
  *count = runtime().settings.devices;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = emulation::current_device;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  if (!emulation::runs() || device < 0 || device >= std::ssize(runtime().devices)) {
    return failed(cudaErrorInvalidDevice);
  }
  emulation::current_device = device;
  emulation::device_of(device).has_context = true;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  const emulation::Settings& settings = runtime().settings;
  if (!emulation::runs() || device < 0 || device >= settings.devices) return failed(cudaErrorInvalidDevice);
  *properties = {};
  std::snprintf(properties->name, sizeof properties->name, "emulated device");
  properties->totalGlobalMem = settings.memory_bytes;
  properties->multiProcessorCount = settings.multiprocessors;
  properties->major = emulation::compute_major_of(device);
  properties->l2CacheSize = settings.l2_bytes;
  properties->sharedMemPerBlockOptin = static_cast<size_t>(settings.shared_bytes);
  return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = runtime().settings.driver ? 13000 : 0;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaGetLastError() { return std::exchange(emulation::last_error, cudaSuccess); }

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorCudartUnloading:
      return "cudaErrorCudartUnloading";
    case cudaErrorInsufficientDriver:
      return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorInvalidDeviceFunction:
      return "cudaErrorInvalidDeviceFunction";
    case cudaErrorNoKernelImageForDevice:
      return "cudaErrorNoKernelImageForDevice";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
    case cudaErrorUnknown:
      return "cudaErrorUnknown";
  }
  return "unknown error";
}

const char* cudaGetErrorString(cudaError_t error) { return cudaGetErrorName(error); }

}  // namespace emulated_cuda_runtime
