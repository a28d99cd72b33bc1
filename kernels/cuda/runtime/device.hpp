#pragma once
// One CUDA device at work: its properties, its stream and its libraries.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "kernels/cuda/runtime/blas.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/handles.hpp"
#include "kernels/cuda/runtime/solver.hpp"

namespace gramian::cuda {

/// Compute capability that the kernels need (warp reductions, 99 KB of shared memory a block).
inline constexpr int kOldestMajor = 8;

/// Facts that the driver knows of a device, which cost no context on it.
cudaDeviceProp properties_of(int number);
/// Tells the latest CUDA that the driver knows: "driver of CUDA 13.0".
std::string driver_in_words();
/// Throws DeviceUnavailable for one that is too old.
void require_capability(int number, const cudaDeviceProp& properties);
/// "compute capability 9.0, 132 multiprocessors, 143771 MB"
std::string description_of(const cudaDeviceProp& properties);

class Device {
 public:
  /// Throws DeviceUnavailable where `number` is not there or too old. Costs no context on the device: that comes with
  /// its first use. `memory_limit`: bytes for all buffers on this device, whoever makes them; 0: what is free.
  explicit Device(int number, int64_t memory_limit = 0);

  /// Makes it the calling thread's device. The first call starts it, and throws DeviceUnavailable where this program
  /// has no code for its architecture and OutOfMemory where it has no memory to start with.
  void use();
  bool started() const { return blas_ != nullptr; }
  /// Devices that give the same bits: of the same name, compute capability and number of multiprocessors, by which
  /// cuBLAS chooses its kernels.
  bool same_kind(const Device& other) const;
  int number() const { return number_; }
  std::string name() const { return "cuda:" + std::to_string(number_); }
  std::string hardware() const { return properties_.name; }
  int multiprocessors() const { return properties_.multiProcessorCount; }
  int compute_major() const { return properties_.major; }
  int64_t l2_bytes() const { return properties_.l2CacheSize; }
  std::string description() const { return description_of(properties_); }
  /// Bytes that could be allocated now, within the limit.
  int64_t free_bytes();

  /// Page-locked memory for what goes to and fro, of one piece of work at a time; slow to come by, so it stays.
  std::byte* staging(int64_t bytes);

  /// Whether nobody has asked this of the device for `what` before.
  bool first_time(const std::pair<int, int64_t>& what) { return seen_.insert(what).second; }

  cudaStream_t stream() const { return stream_->get(); }
  void synchronize() const { stream_->synchronize(); }
  Blas& blas() { return *blas_; }
  Solver& solver();

 private:
  int number_;
  int64_t memory_limit_;
  cudaDeviceProp properties_{};
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Blas> blas_;
  std::unique_ptr<Solver> solver_;
  PinnedBuffer<std::byte> staging_;
  std::set<std::pair<int, int64_t>> seen_;
};

/// How many devices there are; 0 with the reason in `why_none`.
int device_count(std::string& why_none);

}  // namespace gramian::cuda
