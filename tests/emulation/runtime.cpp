// Devices, memory, streams and events of the stand-in. Work waits in its stream until somebody waits for it, or until
// chance picks it: a missing synchronization or event shows as a wrong result.

#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/emulation/block.hpp"
#include "tests/emulation/control.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define GRAMIAN_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRAMIAN_ASAN 1
#endif
#endif

inline namespace emulated_cuda_runtime {

struct EmulatedEvent {
  int device = 0;
  uint64_t recorded = 0;
  uint64_t completed = 0;
  std::chrono::steady_clock::time_point at;
};

struct EmulatedPool {};

struct EmulatedStream {
  struct Operation {
    std::function<void()> run;
    EmulatedEvent* awaited = nullptr;
    uint64_t ticket = 0;
    bool ready() const { return awaited == nullptr || awaited->completed >= ticket; }
  };
  int device = 0;
  std::deque<Operation> queue;
};

}  // namespace emulated_cuda_runtime

namespace emulation {
namespace {

// AddressSanitizer has guards of its own, which also see reads.
#ifdef GRAMIAN_ASAN
constexpr size_t kGuard = 0;
#else
constexpr size_t kGuard = 256;
#endif
constexpr unsigned char kGuardByte = 0xa5;
constexpr unsigned char kPoison = 0xff;  // NaN as a number, -1 as an integer

struct Allocation {
  std::unique_ptr<unsigned char[]> bytes;
  size_t size = 0;
  int64_t number = 0;
};

struct Device {
  std::map<const unsigned char*, Allocation> memory;  // by first byte after the guard
  std::vector<EmulatedStream*> streams;
  size_t allocated = 0;
};

// One lock for all: devices take turns, a kernel or a copy at a time.
struct Runtime {
  std::recursive_mutex mutex;
  Settings settings;
  std::vector<Device> devices = std::vector<Device>(1);
  std::map<const unsigned char*, size_t> pinned;
  std::map<const void*, int> shared_allowed;
  std::mt19937_64 random{1};
  size_t peak = 0;
  int64_t allocations = 0;
  size_t pooled = 0;
  int64_t kernels = 0;
  int expecting = 0;
  std::string fault;
};

Runtime& runtime() {
  static Runtime* const instance = new Runtime;  // outlives whatever frees memory last
  return *instance;
}

thread_local int current_device = 0;
thread_local cudaError_t last_error = cudaSuccess;

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

bool guard_intact(const unsigned char* guard) {
  return std::all_of(guard, guard + kGuard, [](unsigned char c) { return c == kGuardByte; });
}

void check_guards(const Allocation& allocation) {
  const unsigned char* bytes = allocation.bytes.get();
  const std::string which =
      " device buffer " + std::to_string(allocation.number) + " of " + std::to_string(allocation.size) + " bytes";
  if (!guard_intact(bytes)) throw Fault("a write below" + which);
  if (!guard_intact(bytes + kGuard + allocation.size)) throw Fault("a write beyond" + which);
}

void check_guards(int device) {
  for (const auto& [first, allocation] : runtime().devices[static_cast<size_t>(device)].memory)
    check_guards(allocation);
}

/// The bytes lie within one live buffer of some device.
bool on_device(const void* pointer, size_t bytes) {
  const auto* first = static_cast<const unsigned char*>(pointer);
  for (const Device& device : runtime().devices) {
    auto it = device.memory.upper_bound(first);
    if (it == device.memory.begin()) continue;
    --it;
    if (first + bytes <= it->first + it->second.size) return true;
  }
  return false;
}

bool is_pinned(const void* pointer, size_t bytes) {
  const auto* first = static_cast<const unsigned char*>(pointer);
  auto it = runtime().pinned.upper_bound(first);
  if (it == runtime().pinned.begin()) return false;
  --it;
  return first + bytes <= it->first + it->second;
}

/// Runs the operation at the head of one randomly chosen stream of `device`; false where none can run.
bool step(int device) {
  Runtime& r = runtime();
  std::vector<EmulatedStream*> ready;
  for (EmulatedStream* stream : r.devices[static_cast<size_t>(device)].streams) {
    if (!stream->queue.empty() && stream->queue.front().ready()) ready.push_back(stream);
  }
  if (ready.empty()) return false;
  EmulatedStream* const stream = ready[r.random() % ready.size()];
  const EmulatedStream::Operation operation = std::move(stream->queue.front());
  stream->queue.pop_front();
  if (operation.run) operation.run();
  return true;
}

template <class Done>
cudaError_t run_until(int device, Done done) {
  try {
    while (!done()) {
      if (!step(device)) throw Fault("streams wait for events that nobody records");
    }
  } catch (const Fault& fault) {
    return report(fault.what());
  }
  return cudaSuccess;
}

cudaError_t drain(int device) {
  const std::vector<EmulatedStream*>& streams = runtime().devices[static_cast<size_t>(device)].streams;
  return run_until(
      device, [&] { return std::ranges::all_of(streams, [](const EmulatedStream* s) { return s->queue.empty(); }); });
}

/// A fault if work is queued on the device; then it is done first.
cudaError_t require_idle(int device, const char* who) {
  if (device >= std::ssize(runtime().devices)) return cudaSuccess;
  const std::vector<EmulatedStream*>& streams = runtime().devices[static_cast<size_t>(device)].streams;
  if (std::ranges::all_of(streams, [](const EmulatedStream* s) { return s->queue.empty(); })) return cudaSuccess;
  const cudaError_t status = drain(device);
  return status == cudaSuccess ? report(std::string(who) + " while the device still works") : status;
}

cudaError_t enqueue(cudaStream_t stream, EmulatedStream::Operation operation) {
  Runtime& r = runtime();
  if (stream == nullptr) return report("work on the default stream, which other streams do not wait for");
  stream->queue.push_back(std::move(operation));
  try {
    for (uint64_t steps = r.random() % 4; steps > 1; --steps) step(stream->device);
  } catch (const Fault& fault) {
    return report(fault.what());
  }
  return cudaSuccess;
}

bool runs() {
  const Settings& s = runtime().settings;
  return s.driver && s.devices > 0;
}

}  // namespace

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

cudaError_t enqueue_host(cudaStream_t stream, std::function<void()> work) {
  const std::scoped_lock lock(runtime().mutex);
  const int device = stream == nullptr ? 0 : stream->device;
  return enqueue(stream, {[work = std::move(work), device] {
                   work();
                   check_guards(device);
                 }});
}

cudaError_t allow_shared(const void* kernel, int bytes) {
  const std::scoped_lock lock(runtime().mutex);
  runtime().shared_allowed[kernel] = bytes;
  return cudaSuccess;
}

bool has_code() { return settings().code; }

cudaError_t enqueue_kernel(const cudaLaunchConfig_t& config, const void* kernel, std::function<void()> body) {
  Runtime& r = runtime();
  const std::scoped_lock lock(r.mutex);
  const uint64_t threads = uint64_t{config.blockDim.x} * config.blockDim.y * config.blockDim.z;
  const uint64_t blocks = uint64_t{config.gridDim.x} * config.gridDim.y * config.gridDim.z;
  constexpr int kSharedByDefault = 48 << 10;
  const auto allowed = r.shared_allowed.find(kernel);
  const int limit = allowed == r.shared_allowed.end() ? kSharedByDefault : std::max(kSharedByDefault, allowed->second);
  if (threads == 0 || threads > 1024 || blocks == 0 || config.gridDim.y > 65535 || config.gridDim.z > 65535 ||
      config.dynamicSmemBytes > static_cast<size_t>(limit)) {
    return failed(cudaErrorInvalidValue);
  }
  if (threads % 32 != 0) return report("a block whose threads are not whole warps");
  return enqueue(config.stream, {[config, body = std::move(body), blocks, device = config.stream->device] {
                   Runtime& own = runtime();
                   std::vector<uint64_t> order(blocks);
                   for (uint64_t b = 0; b < blocks; ++b) order[b] = b;
                   std::ranges::shuffle(order, own.random);
                   for (const uint64_t b : order) {
                     const dim3 block{static_cast<unsigned>(b % config.gridDim.x),
                                      static_cast<unsigned>(b / config.gridDim.x % config.gridDim.y),
                                      static_cast<unsigned>(b / config.gridDim.x / config.gridDim.y)};
                     run_block(config, block, body, own.random);
                   }
                   ++own.kernels;
                   check_guards(device);
                 }});
}

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
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  const emulation::Settings& settings = runtime().settings;
  if (!emulation::runs() || device < 0 || device >= settings.devices) return failed(cudaErrorInvalidDevice);
  *properties = {};
  std::snprintf(properties->name, sizeof properties->name, "emulated device");
  properties->totalGlobalMem = settings.memory_bytes;
  properties->multiProcessorCount = settings.multiprocessors;
  properties->major = settings.compute_major;
  properties->l2CacheSize = settings.l2_bytes;
  properties->sharedMemPerBlockOptin = 99 << 10;
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  const std::scoped_lock lock(runtime().mutex);
  *total = runtime().settings.memory_bytes;
  *free = *total - runtime().devices[static_cast<size_t>(emulation::current_device)].allocated;
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

cudaError_t cudaMalloc(void** pointer, size_t bytes) {
  emulation::Runtime& r = runtime();
  const std::scoped_lock lock(r.mutex);
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  emulation::Device& device = r.devices[static_cast<size_t>(emulation::current_device)];
  if (bytes > r.settings.memory_bytes - device.allocated) return failed(cudaErrorMemoryAllocation);
  emulation::Allocation allocation;
  allocation.bytes.reset(new unsigned char[bytes + 2 * emulation::kGuard]);
  allocation.size = bytes;
  allocation.number = ++r.allocations;
  unsigned char* const first = allocation.bytes.get() + emulation::kGuard;
  std::memset(allocation.bytes.get(), emulation::kGuardByte, emulation::kGuard);
  std::memset(first, emulation::kPoison, bytes);
  std::memset(first + bytes, emulation::kGuardByte, emulation::kGuard);
  device.allocated += bytes;
  device.memory.emplace(first, std::move(allocation));
  r.peak = std::max(r.peak, emulation::allocated_bytes());
  *pointer = first;
  return cudaSuccess;
}

cudaError_t cudaFree(void* pointer) {
  emulation::Runtime& r = runtime();
  const std::scoped_lock lock(r.mutex);
  if (pointer == nullptr) return cudaSuccess;
  for (size_t d = 0; d < r.devices.size(); ++d) {
    emulation::Device& device = r.devices[d];
    if (!device.memory.contains(static_cast<const unsigned char*>(pointer))) continue;
    // The real one may wait for the device; who relies on it is found out here.
    const cudaError_t status = emulation::require_idle(static_cast<int>(d), "cudaFree");
    const auto it = device.memory.find(static_cast<const unsigned char*>(pointer));
    std::string fault;
    try {
      emulation::check_guards(it->second);
    } catch (const emulation::Fault& found) {
      fault = found.what();
    }
    device.allocated -= it->second.size;
    device.memory.erase(it);
    return fault.empty() ? status : emulation::report(fault);
  }
  return emulation::report("cudaFree of what is no device buffer");
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int device) {
  if (!emulation::runs() || device < 0 || device >= std::ssize(runtime().devices)) {
    return failed(cudaErrorInvalidDevice);
  }
  *value = runtime().settings.pools ? 1 : 0;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  static EmulatedPool all;
  *pool = &all;
  return cudaSuccess;
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }

cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
  const std::scoped_lock lock(runtime().mutex);
  *static_cast<uint64_t*>(value) = runtime().devices[static_cast<size_t>(emulation::current_device)].allocated;
  return cudaSuccess;
}

cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }

cudaError_t cudaMallocAsync(void** pointer, size_t bytes, cudaStream_t) {
  const std::scoped_lock lock(runtime().mutex);
  ++runtime().pooled;
  return cudaMalloc(pointer, bytes);
}

cudaError_t cudaFreeAsync(void* pointer, cudaStream_t) { return cudaFree(pointer); }

cudaError_t cudaHostAlloc(void** pointer, size_t bytes, unsigned) {
  emulation::Runtime& r = runtime();
  const std::scoped_lock lock(r.mutex);
  *pointer = nullptr;
  if (bytes == 0) return cudaSuccess;
  auto* const first = new unsigned char[bytes];
  std::memset(first, emulation::kPoison, bytes);
  r.pinned.emplace(first, bytes);
  *pointer = first;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* pointer) {
  emulation::Runtime& r = runtime();
  const std::scoped_lock lock(r.mutex);
  if (pointer == nullptr) return cudaSuccess;
  const cudaError_t status = emulation::require_idle(emulation::current_device, "cudaFreeHost");
  if (r.pinned.erase(static_cast<const unsigned char*>(pointer)) == 0) {
    return emulation::report("cudaFreeHost of what is no pinned buffer");
  }
  delete[] static_cast<unsigned char*>(pointer);
  return status;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  if (bytes == 0) return cudaSuccess;
  if (kind != cudaMemcpyHostToDevice && !emulation::on_device(from, bytes)) {
    return emulation::report("a copy from what is not one device buffer");
  }
  if (kind != cudaMemcpyDeviceToHost && !emulation::on_device(to, bytes)) {
    return emulation::report("a copy to what is not one device buffer");
  }
  if (kind == cudaMemcpyHostToDevice && !emulation::is_pinned(from, bytes)) {
    // Pageable bytes are staged before the call returns.
    const auto* first = static_cast<const unsigned char*>(from);
    auto staged = std::make_shared<std::vector<unsigned char>>(first, first + bytes);
    return emulation::enqueue(stream, {[to, staged] { std::memcpy(to, staged->data(), staged->size()); }});
  }
  const cudaError_t status = emulation::enqueue(stream, {[to, from, bytes] { std::memcpy(to, from, bytes); }});
  if (status == cudaSuccess && kind == cudaMemcpyDeviceToHost && !emulation::is_pinned(to, bytes)) {
    return cudaStreamSynchronize(stream);
  }
  return status;
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  if (bytes == 0) return cudaSuccess;
  if (!emulation::on_device(to, bytes)) return emulation::report("cudaMemsetAsync of what is not one device buffer");
  return emulation::enqueue(stream, {[to, value, bytes] { std::memset(to, value, bytes); }});
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}

/// Chance picks the stream whatever its priority.
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int) {
  const std::scoped_lock lock(runtime().mutex);
  *stream = new EmulatedStream;
  (*stream)->device = emulation::current_device;
  runtime().devices[static_cast<size_t>(emulation::current_device)].streams.push_back(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  const cudaError_t status = cudaStreamSynchronize(stream);
  std::erase(runtime().devices[static_cast<size_t>(stream->device)].streams, stream);
  delete stream;
  return status;
}

cudaError_t cudaDeviceSynchronize() {
  const std::scoped_lock lock(runtime().mutex);
  if (emulation::current_device >= std::ssize(runtime().devices)) return cudaSuccess;
  return emulation::drain(emulation::current_device);
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  if (stream == nullptr) return emulation::report("a wait for the default stream, on which nothing runs");
  return emulation::run_until(stream->device, [stream] { return stream->queue.empty(); });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const std::scoped_lock lock(runtime().mutex);
  return emulation::enqueue(stream, {{}, event, event->recorded});
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new EmulatedEvent;
  (*event)->device = emulation::current_device;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const std::scoped_lock lock(runtime().mutex);
  const cudaError_t status = emulation::drain(event->device);  // nothing in a queue may still name it
  delete event;
  return status;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  const uint64_t ticket = ++event->recorded;
  return emulation::enqueue(stream, {[event, ticket] {
                              event->completed = ticket;
                              event->at = std::chrono::steady_clock::now();
                            }});
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const std::scoped_lock lock(runtime().mutex);
  const uint64_t ticket = event->recorded;
  return emulation::run_until(event->device, [=] { return event->completed >= ticket; });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  const std::scoped_lock lock(runtime().mutex);
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return cudaSuccess;
}

}  // namespace emulated_cuda_runtime
