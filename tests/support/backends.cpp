#include "tests/support/backends.hpp"

#include <algorithm>

#include "kernels/cpu/backend.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cuda/backend.hpp"
#include "tests/support/plain_backend.hpp"
#ifdef GRAMIAN_EMULATED_CUDA
#include "tests/emulation/emulated_backend.hpp"
#endif

namespace gramian::testing {
namespace {

void add_cpu(std::vector<BackendCase>& all) {
  int count = 0;
  const cpu::IsaTable* const* tables = cpu::isa_tables(&count);
  for (int k = 0; k < count; ++k) {
    const std::string isa = tables[k]->name;
    std::string name = "cpu_";
    for (const char c : isa) name += c == '-' ? '_' : c;
    const auto make = [isa](int threads) {
      cpu::select_isa(isa.c_str());
      return cpu::make_backend({.threads = threads});
    };
    all.push_back({name,
                   make,
                   isa == "baseline" || isa == "plain-tiles" ? "" : "cpu with fused multiply-add",
                   {48, 96, 144, 480}});
  }
}

/// Real devices, where there are any; all of a kind at once.
void add_cuda(std::vector<BackendCase>& all) {
  if (!std::ranges::any_of(cuda::list_devices().devices, &cuda::DeviceSummary::usable)) return;
  all.push_back({"cuda", [](int) { return cuda::make_backend({.worth_a_device = 0.0}); }, "", {48, 96, 144, 480}});
}

#ifdef GRAMIAN_EMULATED_CUDA
/// The CUDA backend, its kernels run on the CPU. Threads stand for devices; every backend that is made gets another
/// order of its threads, blocks and streams. Not called cuda...: it does not stand for a real device.
void add_emulated_cuda(std::vector<BackendCase>& all) {
  const auto add = [&](const std::string& name, bool int8, bool fused) {
    const auto make = [int8, fused](int threads) {
      static uint64_t made = 0;
      emulation::Settings settings;
      settings.devices = std::clamp(threads, 1, 3);
      settings.seed = ++made;
      return make_emulated_backend(settings, {.int8 = int8, .fused = fused});
    };
    all.push_back({name, make, "", {48, 96, 144, 480}, true});
  };
  add("emulated_cuda", false, false);
  add("emulated_cuda_int8", true, false);
}
#endif

}  // namespace

std::ostream& operator<<(std::ostream& out, const BackendCase& backend) { return out << backend.name; }

const std::vector<BackendCase>& backends() {
  static const std::vector<BackendCase> all = [] {
    std::vector<BackendCase> list;
    add_cpu(list);
    add_cuda(list);
    list.push_back({"plain", [](int) { return make_plain_backend(); }, "", {48, 96, 144, 480}, true});
#ifdef GRAMIAN_EMULATED_CUDA
    add_emulated_cuda(list);
#endif
    return list;
  }();
  return all;
}

const std::vector<BackendCase>& devices() {
  static const std::vector<BackendCase> first = [] {
    std::vector<BackendCase> list;
    std::string kind;
    for (const BackendCase& backend : backends()) {
      const std::string own = backend.name.substr(0, backend.name.find('_'));
      if (own != kind) list.push_back(backend);
      kind = own;
    }
    return list;
  }();
  return first;
}

std::string name_of(Precision precision) { return std::string(precision_name(precision)); }

std::string same_bits(const BackendCase& backend, const UnitRows& rows) {
  const std::string form = rows.form();
  return backend.name.starts_with("cpu") && form.find("int8") != std::string::npos ? form : backend.bits;
}

}  // namespace gramian::testing
