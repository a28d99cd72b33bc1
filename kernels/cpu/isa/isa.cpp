#include "kernels/cpu/isa/isa.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {

extern const IsaTable kBaselineTable;
void product_i8_plain(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, Int8Product product, const float* row_scale,
                      const float* col_scale, float* c, int64_t ldc, bool upper);
#if defined(__x86_64__)
extern const IsaTable kAvx2Table;
extern const IsaTable kAvx512Table;
void product_i16_avx512vnni(Operand<int16_t> a, Operand<int16_t> b, int64_t depth, const float* row_scale,
                            const float* col_scale, float* c, int64_t ldc, bool upper);
void crossed_dots_avx512vnni(const int8_t* x, const int8_t* y, int64_t blocks, int32_t* sums);
void product_i8_amx(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, Int8Product product, const float* row_scale,
                    const float* col_scale, float* c, int64_t ldc, bool upper);
#endif

namespace {

#if defined(__x86_64__)
/// The processor has int8 tile registers, and the kernel saves them for this process.
bool has_amx() {
  constexpr unsigned kAmxTile = 1u << 24;
  constexpr unsigned kAmxInt8 = 1u << 25;
  constexpr unsigned kOsSavesRegisters = 1u << 27;
  constexpr unsigned kTileState = 3u << 17;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kOsSavesRegisters) == 0) return false;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kAmxTile) == 0 || (d & kAmxInt8) == 0) return false;
  unsigned low = 0;
  unsigned high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & kTileState) != kTileState) return false;
  // Linux wants to be asked: Documentation/arch/x86/xstate.rst.
  constexpr long kRequestPermission = 0x1023;
  constexpr long kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

/// A product on tile registers is that of plain loops. Asked once, since a processor is where it cannot be tested.
bool amx_is_exact() {
  constexpr int64_t kDepth = 2;
  constexpr Int8Product kProduct{3, 4};
  std::vector<int8_t> a(2 * kDepth * kProduct.parts * kPanel * kInt8Columns);
  std::vector<int8_t> b(a.size());
  unsigned state = 1;
  for (std::vector<int8_t>* operand : {&a, &b}) {
    for (int8_t& value : *operand) {
      state = state * 1664525u + 1013904223u;
      value = static_cast<int8_t>(state >> 24);
    }
  }
  const std::vector<float> scale(kPanel, 1e-3f);
  std::vector<float> tiled(kPanel * kPanel);
  std::vector<float> plain(kPanel * kPanel);
  product_i8_amx({a.data(), 1}, {b.data(), 1}, kDepth, kProduct, scale.data(), scale.data(), tiled.data(), kPanel,
                 false);
  product_i8_plain({a.data(), 1}, {b.data(), 1}, kDepth, kProduct, scale.data(), scale.data(), plain.data(), kPanel,
                   false);
  return tiled == plain;
}
#endif

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
    table.crossed_dots = crossed_dots_avx512vnni;
    return table;
  }();
  static const IsaTable amx = [] {
    IsaTable table = vnni;
    table.name = "avx512-amx";
    table.product_i8 = product_i8_amx;
    return table;
  }();
  if (avx512 && __builtin_cpu_supports("avx512vnni") && has_amx() && amx_is_exact()) tables.push_back(&amx);
  if (avx512 && __builtin_cpu_supports("avx512vnni")) tables.push_back(&vnni);
  if (avx512) tables.push_back(&kAvx512Table);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back(&kAvx2Table);
#endif
  tables.push_back(&kBaselineTable);
  // Slower than any: for the tests, wherever they run.
  static const IsaTable plain_tiles = [] {
    IsaTable table = kBaselineTable;
    table.name = "plain-tiles";
    table.product_i8 = product_i8_plain;
    return table;
  }();
  tables.push_back(&plain_tiles);
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
    if (wanted == nullptr || *wanted == '\0') return tables().front();
    const IsaTable* const named = find(wanted);
    if (named != nullptr) return named;
    std::string all;
    for (const IsaTable* each : tables()) {
      if (each != tables().back()) all += (all.empty() ? "" : ", ") + std::string(each->name);
    }
    throw InvalidUsage("GRAMIAN_CPU_ISA: this processor has no such instruction set; it has " + all);
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
