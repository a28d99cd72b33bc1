// Memory of the stand-in: poisoned when it is given, guarded, and no more than there is.

#include <cuda_runtime.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/emulation/asan.hpp"
#include "tests/emulation/blocks.hpp"
#include "tests/emulation/state.hpp"

namespace emulation {
namespace {

// AddressSanitizer has guards of its own, which also see reads.
#ifdef GRAMIAN_ASAN
constexpr size_t kGuard = 0;
#else
constexpr size_t kGuard = 256;
#endif
constexpr unsigned char kGuardByte = 0xa5;

bool guard_intact(const unsigned char* guard) {
  return std::all_of(guard, guard + kGuard, [](unsigned char c) { return c == kGuardByte; });
}

void check_guards_of(const Allocation& allocation) {
  const unsigned char* bytes = allocation.bytes.get();
  const std::string which =
      " device buffer " + std::to_string(allocation.number) + " of " + std::to_string(allocation.size) + " bytes";
  if (!guard_intact(bytes)) throw Fault("a write below" + which);
  if (!guard_intact(bytes + kGuard + allocation.size)) throw Fault("a write beyond" + which);
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

}  // namespace

void check_guards(int device) {
  for (const auto& [first, allocation] : runtime().devices[static_cast<size_t>(device)].memory)
    check_guards_of(allocation);
}

}  // namespace emulation

inline namespace emulated_cuda_runtime {

using emulation::failed;
using emulation::runtime;

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  const std::scoped_lock lock(runtime().mutex);
  *total = runtime().settings.memory_bytes;
  *free = *total - runtime().devices[static_cast<size_t>(emulation::current_device)].allocated;
  return cudaSuccess;
}

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
      emulation::check_guards_of(it->second);
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
  if (bytes > r.settings.page_locked_bytes - std::min(r.pinned_bytes, r.settings.page_locked_bytes)) {
    return failed(cudaErrorMemoryAllocation);
  }
  r.pinned_bytes += bytes;
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
  const auto it = r.pinned.find(static_cast<const unsigned char*>(pointer));
  if (it == r.pinned.end()) return emulation::report("cudaFreeHost of what is no pinned buffer");
  r.pinned_bytes -= it->second;
  r.pinned.erase(it);
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
  if (kind == cudaMemcpyHostToDevice) runtime().copied += bytes;
  if (kind == cudaMemcpyDeviceToHost) runtime().copied_back += bytes;
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

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width,
                              size_t height, cudaMemcpyKind kind, cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  if (width > to_pitch || width > from_pitch) return emulation::report("rows that are wider than their pitch");
  for (size_t row = 0; row < height; ++row) {
    const cudaError_t status =
        cudaMemcpyAsync(static_cast<unsigned char*>(to) + row * to_pitch,
                        static_cast<const unsigned char*>(from) + row * from_pitch, width, kind, stream);
    if (status != cudaSuccess) return status;
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpyPeerAsync(void* to, int, const void* from, int, size_t bytes, cudaStream_t stream) {
  return cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream);
}

cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  const std::scoped_lock lock(runtime().mutex);
  if (bytes == 0) return cudaSuccess;
  if (!emulation::on_device(to, bytes)) return emulation::report("cudaMemsetAsync of what is not one device buffer");
  return emulation::enqueue(stream, {[to, value, bytes] { std::memset(to, value, bytes); }});
}

}  // namespace emulated_cuda_runtime
