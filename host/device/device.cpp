#include "host/device/device.hpp"

#include <cblas.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "engine/error.hpp"
#include "host/device/first_use.hpp"
#include "host/device/trial.hpp"
#include "host/formats/files/message.hpp"
#include "kernels/cpu/backend.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/machine.hpp"
#include "kernels/cuda/backend.hpp"

namespace gramian::host {
namespace {

[[noreturn]] void refuse(const std::string& device) {
  throw InvalidUsage("device " + printable(device) + ": must be auto, cpu, cuda or cuda:N");
}

/// A GPU that has shown, now or before, that it computes rightly. Throws DeviceUnavailable.
std::unique_ptr<Backend> make_gpu(const std::vector<int>& numbers, int threads, const GpuUse& use, const Tell& tell) {
  std::unique_ptr<Backend> gpu =
      gramian::cuda::make_backend({.devices = numbers, .memory_limit = use.memory_limit, .fused = use.fused});
  const DeviceInfo info = gpu->info();
  const FirstUse first(info.hardware + ", " + info.driver + ", gramian " GRAMIAN_VERSION +
                       (use.fused ? ", fused" : ""));
  if (!first.pending()) return gpu;
  try {
    const std::vector<std::string> wrong = differences(*gpu, *gramian::cpu::make_backend({.threads = threads}));
    if (!wrong.empty()) {
      throw DeviceUnavailable(info.hardware + " finds otherwise than the CPU: " + wrong.front() +
                              (wrong.size() > 1 ? " and more" : "") + "; `gramian devices --check` tells all of it");
    }
  } catch (const OutOfMemory&) {
    return gpu;  // another time
  }
  first.remember();
  if (tell.note) tell.note("first use of " + info.hardware + ": in a trial it found what the CPU does, bit by bit");
  return gpu;
}

std::unique_ptr<Backend> make_automatic(int threads, const GpuUse& use, const Tell& tell) {
  if (!cuda::list_devices().devices.empty()) {
    try {
      return make_gpu(use.first > 0 ? std::vector<int>{use.first} : std::vector<int>(), threads, use, tell);
    } catch (const Error& error) {
      if (tell.warn) tell.warn(std::string("the CUDA device cannot be used, so the CPU is: ") + error.what());
    }
  }
  return gramian::cpu::make_backend({.threads = threads});
}

/// Parses what follows "cuda".
std::vector<int> parse_numbers_of_gpus(std::string_view rest, const std::string& device) {
  if (rest.empty()) return {};
  if (!rest.starts_with(':')) refuse(device);
  rest.remove_prefix(1);
  int number = -1;
  const char* const end = rest.data() + rest.size();
  const auto [parsed, error] = std::from_chars(rest.data(), end, number);
  if (error != std::errc() || parsed != end || number < 0) refuse(device);
  return {number};
}

}  // namespace

std::unique_ptr<Backend> make_backend(const std::string& device, int threads, const GpuUse& use, const Tell& tell) {
  constexpr std::string_view kCuda = "cuda";
  if (device == "auto") return make_automatic(threads, use, tell);
  if (device == "cpu") return gramian::cpu::make_backend({.threads = threads});
  if (!device.starts_with(kCuda)) refuse(device);
  const std::vector<int> numbers = parse_numbers_of_gpus(std::string_view(device).substr(kCuda.size()), device);
  try {
    return make_gpu(numbers, threads, use, tell);
  } catch (const Error& error) {
    // Also where the device has no memory to start with: what was asked for is not to be had.
    throw DeviceUnavailable("device " + printable(device) + ": " + error.what());
  }
}

std::vector<std::string> try_gpu(int number, int threads) {
  const auto gpu = gramian::cuda::make_backend({.devices = {number}});
  return differences(*gpu, *gramian::cpu::make_backend({.threads = threads}));
}

int available_threads() { return gramian::cpu::available_threads(); }

int64_t free_memory() { return gramian::cpu::free_memory(); }

Cpu cpu(int threads) {
  const DeviceInfo info = gramian::cpu::make_backend({.threads = threads})->info();
  Cpu result{info.name, info.hardware, info.detail, {}, openblas_get_corename()};
  int count = 0;
  const gramian::cpu::IsaTable* const* tables = gramian::cpu::isa_tables(&count);
  for (int k = 0; k + 1 < count; ++k) result.instruction_sets.emplace_back(tables[k]->name);
  return result;
}

GpuList list_gpus() {
  cuda::DeviceList found = cuda::list_devices();
  GpuList list;
  list.why_none = std::move(found.why_none);
  for (cuda::DeviceSummary& each : found.devices) {
    list.gpus.push_back(
        {"cuda:" + std::to_string(each.number), std::move(each.hardware), std::move(each.detail), each.usable});
  }
  return list;
}

}  // namespace gramian::host
