#pragma once
// The product of rows held as two int8 each (x ~ 256 hi + lo), on tile registers of 16 rows x 64 bytes: exact int32
// sums of hi hi', of hi lo' + lo hi' and, where asked for, of lo lo'. Written over a type that supplies the tile
// operations, since the processor's have a plain twin that runs, and is tested, everywhere.
//
// No std headers: this is compiled for AMX too. See loops/isa_loops.hpp.

#include <stdint.h>

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

/// A tile register.
constexpr int64_t kTileRows = 16;
constexpr int64_t kTileBytes = 1024;
/// One plane (hi or lo) of a panel's block of 64 columns: kPanel rows in three tiles.
constexpr int64_t kPlaneBytes = kPanel / kTileRows * kTileBytes;

static_assert(kInt8BlockBytes == 4 * kPlaneBytes);

/// Tiles has
///   begin(), end()           round every use
///   zero()                   the sums of 48 x 16
///   step(rows, column)       adds the products of three tiles of rows, one after another, with one of columns
///   store(int32_t* sums)     48 x 16
template <class Tiles>
void product_i8(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, bool whole, const float* row_scale,
                const float* col_scale, float* c, int64_t ldc, bool upper) {
  // A block is: rows hi, rows lo, columns hi, columns lo.
  constexpr int64_t kLowRows = kPlaneBytes;
  constexpr int64_t kHighColumns = 2 * kPlaneBytes;
  constexpr int64_t kLowColumns = 3 * kPlaneBytes;
  constexpr int64_t kSums = kPanel * kTileRows;
  alignas(64) int32_t high[kSums];
  alignas(64) int32_t cross[kSums];
  alignas(64) int32_t low[kSums];
  Tiles tiles;
  tiles.begin();
  for (int64_t q = 0; q < b.panels; ++q) {
    const int64_t last_panel = upper && q + 1 < a.panels ? q + 1 : a.panels;
    for (int64_t p = 0; p < last_panel; ++p) {
      const int8_t* const rows = a.data + p * depth * kInt8BlockBytes;
      for (int64_t group = 0; group < kPanel / kTileRows; ++group) {
        const int8_t* const columns = b.data + q * depth * kInt8BlockBytes + group * kTileBytes;
        const auto add = [&](int64_t row_plane, int64_t column_plane) {
          for (int64_t k = 0; k < depth; ++k) {
            tiles.step(rows + k * kInt8BlockBytes + row_plane, columns + k * kInt8BlockBytes + column_plane);
          }
        };
        tiles.zero();
        add(0, kHighColumns);
        tiles.store(high);
        tiles.zero();
        add(0, kLowColumns);
        add(kLowRows, kHighColumns);
        tiles.store(cross);
        if (whole) {
          tiles.zero();
          add(kLowRows, kLowColumns);
          tiles.store(low);
        }
        const float* const column_scale = col_scale + q * kPanel + group * kTileRows;
        for (int64_t r = 0; r < kPanel; ++r) {
          const float scale = row_scale[p * kPanel + r];
          float* const out = c + (p * kPanel + r) * ldc + q * kPanel + group * kTileRows;
          for (int64_t col = 0; col < kTileRows; ++col) {
            const int64_t at = r * kTileRows + col;
            float sum = static_cast<float>(high[at]) * 65536.0f + static_cast<float>(cross[at]) * 256.0f;
            if (whole) sum += static_cast<float>(low[at]);
            float x = sum * (scale * column_scale[col]);
            x = x < -1.0f ? -1.0f : x;
            x = x > 1.0f ? 1.0f : x;
            out[col] = x + 0.0f;  // -0 becomes +0, which ordered_key relies on
          }
        }
      }
    }
  }
  tiles.end();
}

}  // namespace
}  // namespace gramian::cpu
