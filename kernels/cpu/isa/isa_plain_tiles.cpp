// The int8 product without tile registers: what the processor's must agree with, bit for bit.

#include "kernels/cpu/isa/int8_product.hpp"

namespace gramian::cpu {
namespace {

struct PlainTiles {
  int32_t sums[4][kTileRows * kTileRows];
  const int8_t* tiles[8];

  void begin() const {}
  void end() const {}
  template <int kSum>
  void zero() {
    for (int32_t& sum : sums[kSum]) sum = 0;
  }
  template <int kSum>
  void store(int32_t* out) const {
    for (int64_t k = 0; k < kTileRows * kTileRows; ++k) out[k] = sums[kSum][k];
  }
  template <int kTile>
  void load(const int8_t* tile) {
    tiles[kTile] = tile;
  }
  template <int kTile>
  void load_once(const int8_t* tile) {
    tiles[kTile] = tile;
  }
  /// Row r of a tile of columns holds, for each of 16 columns, the four bytes 4 r ... 4 r + 3.
  template <int kSum, int kRows, int kColumns>
  void add() {
    for (int64_t r = 0; r < kTileRows; ++r) {
      for (int64_t k = 0; k < kInt8Columns; ++k) {
        const int32_t x = tiles[kRows][r * kInt8Columns + k];
        const int8_t* const columns = tiles[kColumns] + k / 4 * 64 + k % 4;
        for (int64_t col = 0; col < kTileRows; ++col) sums[kSum][r * kTileRows + col] += x * columns[col * 4];
      }
    }
  }
};

}  // namespace

void product_i8_plain(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, Int8Product product, const float* row_scale,
                      const float* col_scale, float* c, int64_t ldc, bool upper) {
  product_i8<PlainTiles>(a, b, depth, product, row_scale, col_scale, c, ldc, upper);
}

}  // namespace gramian::cpu
