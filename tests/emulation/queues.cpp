// Streams and events of the stand-in. Work waits in its stream until somebody waits for it, or until chance picks it: a
// missing synchronization or event shows as a wrong result.

#include <cuda_runtime.h>

#include <algorithm>
#include <utility>

#include "tests/emulation/blocks.hpp"
#include "tests/emulation/state.hpp"

namespace emulation {
namespace {

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

bool is_idle(int device) {
  return std::ranges::all_of(device_of(device).streams, [](const EmulatedStream* s) { return s->queue.empty(); });
}

}  // namespace

cudaError_t drain(int device) {
  return run_until(device, [device] { return is_idle(device); });
}

cudaError_t require_idle(int device, const char* who) {
  if (device >= std::ssize(runtime().devices) || is_idle(device)) return cudaSuccess;
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

int device_of(cudaStream_t stream) { return stream == nullptr ? 0 : stream->device; }

cudaError_t enqueue_host(cudaStream_t stream, std::function<void()> work) {
  const std::scoped_lock lock(runtime().mutex);
  const int device = stream == nullptr ? 0 : stream->device;
  return enqueue(stream, {[work = std::move(work), device] {
                   work();
                   check_guards(device);
                 }});
}

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
                   std::vector<dim3> order(blocks);
                   for (uint64_t b = 0; b < blocks; ++b) {
                     order[b] = {static_cast<unsigned>(b % config.gridDim.x),
                                 static_cast<unsigned>(b / config.gridDim.x % config.gridDim.y),
                                 static_cast<unsigned>(b / config.gridDim.x / config.gridDim.y)};
                   }
                   std::ranges::shuffle(order, own.random);
                   run_blocks(config, order, body, own.random);
                   ++own.kernels;
                   check_guards(device);
                 }});
}

}  // namespace emulation

inline namespace emulated_cuda_runtime {

using emulation::runtime;

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
