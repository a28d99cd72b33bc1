#include "tests/parity/backends.hpp"

#include "kernels/cpu/backend.hpp"
#include "kernels/cpu/isa.hpp"

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
      return cpu::make_backend({.threads = threads, .tile_edge = 0});
    };
    all.push_back({name,
                   make,
                   isa == "baseline" || isa == "plain-tiles" ? "" : "cpu with fused multiply-add",
                   {48, 96, 144, 480}});
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const BackendCase& backend) { return out << backend.name; }

const std::vector<BackendCase>& backends() {
  static const std::vector<BackendCase> all = [] {
    std::vector<BackendCase> list;
    add_cpu(list);
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

}  // namespace gramian::testing
