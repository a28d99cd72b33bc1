#include "host/questions/machine/devices.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "host/questions/run/table.hpp"

namespace gramian::questions {

About Devices::about() {
  return {.name = "devices",
          .summary = "What it can run on",
          .keys = {{"devices", "the CPU, then every GPU, or why there is none"}},
          .examples = {{"devices", "processors, instruction sets, GPUs"},
                       {"devices --check", "and whether every GPU finds what the CPU does"}}};
}

void Devices::describe(Description& d) {
  settings.describe(d);
  d.flag("--check", check, "Compare small sweeps of every reduction on each GPU with the CPU, bit by bit");
}

namespace {

/// Throws DeviceUnavailable where it finds anything otherwise, with all that whoever mends it has to know.
void check_gpu(const host::Gpu& gpu, int number, int threads) {
  const std::vector<std::string> wrong = host::try_gpu(number, threads);
  if (wrong.empty()) return;
  std::string list;
  for (const std::string& each : wrong) list += (list.empty() ? "" : ", ") + each;
  throw DeviceUnavailable(gpu.name + " (" + gpu.hardware + "; " + gpu.detail +
                          ") finds otherwise than the CPU: " + list + "; please report this line");
}

}  // namespace

Devices::Answer Devices::ask(Run& run) {
  Answer answer{.cpu = host::cpu(run.threads()),
                .threads = run.threads(),
                .processors = host::available_threads(),
                .gpus = host::list_gpus(),
                .checked = check};
  for (size_t number = 0; check && number < answer.gpus.gpus.size(); ++number) {
    const host::Gpu& gpu = answer.gpus.gpus[number];
    if (gpu.usable) check_gpu(gpu, static_cast<int>(number), run.threads());
  }
  if (check && std::ranges::none_of(answer.gpus.gpus, &host::Gpu::usable)) {
    run.note("Nothing was checked: there is no GPU that can be used.");
  }
  const std::string& core = answer.cpu.blas_core;
  const bool modern = answer.cpu.instruction_sets.size() > 1;
  const bool slow = modern && core != "SkylakeX" && core != "Cooperlake" && core != "SapphireRapids" &&
                    core != "Haswell" && core != "Zen";
  if (slow) {
    run.note("OpenBLAS runs kernels for " + core + ", which are slow here: OPENBLAS_CORETYPE=Haswell is faster.");
  }
  return answer;
}

Json to_json(const Devices::Answer& answer) {
  Json devices = Json::array();
  devices.push_back({{"name", answer.cpu.name},
                     {"available", true},
                     {"hardware", answer.cpu.hardware},
                     {"detail", answer.cpu.detail},
                     {"threads", answer.threads},
                     {"processors", answer.processors},
                     {"instruction_sets", answer.cpu.instruction_sets},
                     {"openblas_core", answer.cpu.blas_core}});
  for (const host::Gpu& gpu : answer.gpus.gpus) {
    Json device;
    device["name"] = gpu.name;
    device["available"] = gpu.usable;
    device["hardware"] = gpu.hardware;
    device["detail"] = gpu.detail;
    if (answer.checked && gpu.usable) device["same_as_cpu"] = true;
    devices.push_back(std::move(device));
  }
  if (answer.gpus.gpus.empty()) {
    devices.push_back({{"name", "cuda"}, {"available", false}, {"detail", answer.gpus.why_none}});
  }
  Json json;
  json["devices"] = std::move(devices);
  return json;
}

std::string table(const Devices::Answer& answer) {
  std::string all_sets;
  for (const std::string& set : answer.cpu.instruction_sets) all_sets += (all_sets.empty() ? "" : ", ") + set;
  Table rows("<<");
  rows.row({"cpu", answer.cpu.hardware});
  rows.row({"", std::to_string(answer.threads) + " threads"});
  rows.row({"", "instruction sets: " + all_sets + " (the first is used)"});
  rows.row({"", "OpenBLAS with kernels for " + answer.cpu.blas_core});
  for (const host::Gpu& gpu : answer.gpus.gpus) {
    rows.row({gpu.name, gpu.hardware});
    rows.row({"", gpu.detail});
    if (answer.checked && gpu.usable) rows.row({"", "checked: it finds what the CPU does, bit by bit"});
  }
  if (answer.gpus.gpus.empty()) rows.row({"cuda", "none: " + answer.gpus.why_none});
  return rows.text();
}

}  // namespace gramian::questions
