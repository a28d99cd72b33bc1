// The int8 product without tile registers: what the processor's must agree with, bit for bit.

#include "kernels/cpu/isa/int8_product.hpp"

namespace gramian::cpu {
namespace {

struct PlainTiles {
  int32_t sums[kPanel * kTileRows];
  void begin() const {}
  void end() const {}
  void zero() {
    for (int32_t& sum : sums) sum = 0;
  }
  /// Row r of a tile of columns holds, for each of 16 columns, the four bytes 4 r ... 4 r + 3.
  void step(const int8_t* rows, const int8_t* columns) {
    for (int64_t r = 0; r < kPanel; ++r) {
      for (int64_t k = 0; k < 64; ++k) {
        const int32_t x = rows[r * 64 + k];
        for (int64_t col = 0; col < kTileRows; ++col) {
          sums[r * kTileRows + col] += x * columns[(k / 4) * 64 + col * 4 + k % 4];
        }
      }
    }
  }
  void store(int32_t* out) const {
    for (int64_t k = 0; k < kPanel * kTileRows; ++k) out[k] = sums[k];
  }
};

}  // namespace

void product_i8_plain(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, bool whole, const float* row_scale,
                      const float* col_scale, float* c, int64_t ldc, bool upper) {
  product_i8<PlainTiles>(a, b, depth, whole, row_scale, col_scale, c, ldc, upper);
}

}  // namespace gramian::cpu
