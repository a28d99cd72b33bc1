#include "kernels/cpu/isa.hpp"

#include <atomic>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace gramian::cpu {

extern const IsaTable kBaselineTable;
#if defined(__x86_64__)
extern const IsaTable kAvx2Table;
extern const IsaTable kAvx512Table;
void product_i16_avx512vnni(Operand<int16_t> a, Operand<int16_t> b, int64_t depth, const float* row_scale,
                            const float* col_scale, float* c, int64_t ldc, bool upper);
#endif

namespace {

std::vector<const IsaTable*> runnable_tables() {
  std::vector<const IsaTable*> tables;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("bmi2");
  static const IsaTable vnni = [] {
    IsaTable table = kAvx512Table;
    table.name = "avx512-vnni";
    table.product_i16 = product_i16_avx512vnni;
    return table;
  }();
  if (avx512 && __builtin_cpu_supports("avx512vnni")) tables.push_back(&vnni);
  if (avx512) tables.push_back(&kAvx512Table);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back(&kAvx2Table);
#endif
  tables.push_back(&kBaselineTable);
  return tables;
}

const std::vector<const IsaTable*>& tables() {
  static const std::vector<const IsaTable*> all = runnable_tables();
  return all;
}

}  // namespace

const IsaTable* const* isa_tables(int* count) {
  *count = static_cast<int>(tables().size());
  return tables().data();
}

namespace {

const IsaTable* find(std::string_view name) {
  for (const IsaTable* table : tables()) {
    if (std::string_view(table->name) == name) return table;
  }
  return nullptr;
}

std::atomic<const IsaTable*>& current() {
  static std::atomic<const IsaTable*> table = [] {
    const char* wanted = std::getenv("GRAMIAN_CPU_ISA");
    const IsaTable* named = wanted != nullptr ? find(wanted) : nullptr;
    return named != nullptr ? named : tables().front();
  }();
  return table;
}

}  // namespace

const IsaTable& isa_table() { return *current().load(std::memory_order_relaxed); }

bool select_isa(const char* name) {
  const IsaTable* table = find(name);
  if (table != nullptr) current() = table;
  return table != nullptr;
}

}  // namespace gramian::cpu
