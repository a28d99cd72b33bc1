// The int8 product on the processor's tile registers: TDPBSSD adds 16 x 16 x 64 products of int8, exactly.

#include <immintrin.h>

#include "kernels/cpu/isa/int8_product.hpp"

namespace gramian::cpu {
namespace {

struct AmxTiles {
  void begin() const {
    // Palette 1; registers 0-2 hold sums, 3-5 rows, 6 columns: all of 16 rows of 64 bytes.
    alignas(64) uint8_t config[64] = {1};
    for (int tile = 0; tile < 7; ++tile) {
      config[16 + 2 * tile] = 64;
      config[48 + tile] = 16;
    }
    _tile_loadconfig(config);
  }
  void end() const { _tile_release(); }
  void zero() const {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
  }
  void step(const int8_t* rows, const int8_t* columns) const {
    _tile_loadd(6, columns, 64);
    _tile_loadd(3, rows, 64);
    _tile_dpbssd(0, 3, 6);
    _tile_loadd(4, rows + kTileBytes, 64);
    _tile_dpbssd(1, 4, 6);
    _tile_loadd(5, rows + 2 * kTileBytes, 64);
    _tile_dpbssd(2, 5, 6);
  }
  void store(int32_t* sums) const {
    _tile_stored(0, sums, 64);
    _tile_stored(1, sums + 256, 64);
    _tile_stored(2, sums + 512, 64);
  }
};

}  // namespace

void product_i8_amx(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, bool whole, const float* row_scale,
                    const float* col_scale, float* c, int64_t ldc, bool upper) {
  product_i8<AmxTiles>(a, b, depth, whole, row_scale, col_scale, c, ldc, upper);
}

}  // namespace gramian::cpu
