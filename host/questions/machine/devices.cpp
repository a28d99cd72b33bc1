#include "host/questions/machine/devices.hpp"

#include "host/questions/run/table.hpp"

namespace gramian::questions {

About Devices::about() {
  return {.name = "devices",
          .summary = "What it can run on",
          .keys = {{"devices", "the CPU, then every GPU, or why there is none"}},
          .examples = {{"devices", "processors, instruction sets, GPUs"}}};
}

void Devices::describe(Description& d) { settings.describe(d); }

Devices::Answer Devices::ask(Run& run) {
  Answer answer{.cpu = host::cpu(run.threads()),
                .threads = run.threads(),
                .processors = host::available_threads(),
                .gpus = host::list_gpus()};
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
    devices.push_back(
        {{"name", gpu.name}, {"available", gpu.usable}, {"hardware", gpu.hardware}, {"detail", gpu.detail}});
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
  }
  if (answer.gpus.gpus.empty()) rows.row({"cuda", "none: " + answer.gpus.why_none});
  return rows.text();
}

}  // namespace gramian::questions
