// The int8 product on the processor's tile registers: TDPBSSD adds 16 x 16 x 64 products of int8, exactly.

#include <immintrin.h>

#include "kernels/cpu/isa/int8_product.hpp"

namespace gramian::cpu {
namespace {

struct AmxTiles {
  static constexpr int64_t kRowBytes = 64;

  void begin() const {
    // Palette 1: all eight registers are of 16 rows of 64 bytes.
    alignas(64) uint8_t config[64] = {1};
    for (int tile = 0; tile < 8; ++tile) {
      config[16 + 2 * tile] = kInt8Columns;
      config[48 + tile] = kTileRows;
    }
    _tile_loadconfig(config);
  }
  void end() const { _tile_release(); }
  // GCC's intrinsics of tiles are macros that take a register as a word, which no parameter of a template is.
  template <int kSum>
  void zero() const {
    __asm__ volatile("tilezero %%tmm%c0" : : "i"(kSum));
  }
  template <int kSum>
  void store(int32_t* sums) const {
    __asm__ volatile("tilestored %%tmm%c0, (%1,%2,1)" : : "i"(kSum), "r"(sums), "r"(kRowBytes) : "memory");
  }
  template <int kTile>
  void load(const int8_t* tile) const {
    __asm__ volatile("tileloadd (%1,%2,1), %%tmm%c0" : : "i"(kTile), "r"(tile), "r"(kRowBytes));
  }
  template <int kTile>
  void load_once(const int8_t* tile) const {
    __asm__ volatile("tileloaddt1 (%1,%2,1), %%tmm%c0" : : "i"(kTile), "r"(tile), "r"(kRowBytes));
  }
  template <int kSum, int kRows, int kColumns>
  void add() const {
    __asm__ volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSum), "i"(kRows), "i"(kColumns));
  }
};

}  // namespace

void product_i8_amx(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, Int8Product product, const float* row_scale,
                    const float* col_scale, float* c, int64_t ldc, bool upper) {
  product_i8<AmxTiles>(a, b, depth, product, row_scale, col_scale, c, ldc, upper);
}

}  // namespace gramian::cpu
