#include <cblas.h>

#include <memory>

#include "host/cli/command.hpp"
#include "host/cli/run/device_choice.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/report/wording.hpp"
#include "kernels/cpu/backend.hpp"
#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cli {
namespace {

void run_devices(const CommonOptions& options) {
  Session session("devices", options);
  const DeviceInfo info = cpu::make_backend({.threads = session.threads()})->info();
  const GpuList list = list_gpus();
  std::vector<std::string> sets;
  int count = 0;
  const cpu::IsaTable* const* tables = cpu::isa_tables(&count);
  for (int k = 0; k + 1 < count; ++k) sets.emplace_back(tables[k]->name);
  const std::string core = openblas_get_corename();
  const bool modern = sets.size() > 1;
  const bool slow = modern && core != "SkylakeX" && core != "Cooperlake" && core != "SapphireRapids" &&
                    core != "Haswell" && core != "Zen";
  if (slow) {
    session.note("OpenBLAS runs kernels for " + core + ", which are slow here: OPENBLAS_CORETYPE=Haswell is faster.");
  }
  Json cpu;
  cpu["name"] = info.name;
  cpu["available"] = true;
  cpu["hardware"] = info.hardware;
  cpu["detail"] = info.detail;
  cpu["threads"] = session.threads();
  cpu["processors"] = cpu::available_threads();
  cpu["instruction_sets"] = sets;
  cpu["openblas_core"] = core;
  Json devices = Json::array({cpu});
  for (const Gpu& gpu : list.gpus) {
    devices.push_back(
        {{"name", gpu.name}, {"available", gpu.usable}, {"hardware", gpu.hardware}, {"detail", gpu.detail}});
  }
  if (list.gpus.empty()) devices.push_back({{"name", "cuda"}, {"available", false}, {"detail", list.why_none}});
  session.result()["devices"] = std::move(devices);

  std::string all_sets;
  for (const std::string& set : sets) all_sets += (all_sets.empty() ? "" : ", ") + set;
  Table table("<<");
  table.row({"cpu", info.hardware});
  table.row({"", std::to_string(session.threads()) + " threads"});
  table.row({"", "instruction sets: " + all_sets + " (the first is used)"});
  table.row({"", "OpenBLAS with kernels for " + core});
  for (const Gpu& gpu : list.gpus) {
    table.row({gpu.name, gpu.hardware});
    table.row({"", gpu.detail});
  }
  if (list.gpus.empty()) table.row({"cuda", "none: " + list.why_none});
  session.finish(table.text());
}

}  // namespace

void add_devices(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<CommonOptions>();
  CLI::App* command = app.add_subcommand("devices", "What it can run on");
  add_common_options(*command, *options, Inputs::none);
  command->callback([options, &chosen] { chosen = [options] { run_devices(*options); }; });
}

}  // namespace gramian::cli
