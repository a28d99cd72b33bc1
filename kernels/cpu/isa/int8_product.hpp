#pragma once
// The product of rows held as int8 parts, on tile registers of 16 rows x 64 bytes. Products of parts whose places add
// up to the same are one exact int32 sum. Written over a type that supplies the tile operations, since the processor's
// have a plain twin that runs, and is tested, everywhere.
//
// No std headers: this is compiled for AMX too. See loops/isa_loops.hpp.

#include <stdint.h>

#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {
namespace {

/// Tiles has, for registers that are numbers known to the compiler,
///   begin(), end()                      round every use
///   zero<s>(), store<s>(int32_t*)       the sums in register s, 16 x 16
///   load<r>(tile)
///   load_once<r>(tile)                  of what is not worth its place in the L1 cache
///   add<s, r, c>()                      adds the products of rows in r and columns in c to s
/// Registers 0 to 3 are sums, 4 to 6 parts of columns, 7 a part of rows.
template <int kSums, int kRowPart, int kColumnPart, class Tiles>
inline void add_product(Tiles& tiles, const int8_t* columns) {
  if constexpr (kRowPart == 0) tiles.template load_once<4 + kColumnPart>(columns + kColumnPart * kTileBytes);
  if constexpr (kRowPart + kColumnPart < kSums) tiles.template add<kRowPart + kColumnPart, 7, 4 + kColumnPart>();
}

template <int kParts, int kSums, int kRowPart, class Tiles>
inline void add_products(Tiles& tiles, const int8_t* rows, const int8_t* columns) {
  tiles.template load<7>(rows + kRowPart * kTileBytes);
  add_product<kSums, kRowPart, 0>(tiles, columns);
  add_product<kSums, kRowPart, 1>(tiles, columns);
  if constexpr (kParts == 3) add_product<kSums, kRowPart, 2>(tiles, columns);
}

typedef float Sixteen __attribute__((vector_size(64)));
typedef float SixteenAnywhere __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t SixteenSums __attribute__((vector_size(64), may_alias));

/// A block of 16 x 16 whose sums are there: where it goes, and what it is multiplied by.
struct Block {
  const int32_t* sums;
  const float* row_scale;
  const float* col_scale;
  float* c;
  int64_t ldc;
  bool first;  // else c holds what earlier columns of the rows came to
  bool last;
};

/// Turns rows [begin, end) of a block into cosines, or into what they are so far.
template <int kSums>
inline __attribute__((always_inline)) void finish_rows(const Block& block, int64_t begin, int64_t end) {
  const Sixteen one = 1.0f - Sixteen{};
  for (int64_t r = begin; r < end; ++r) {
    SixteenAnywhere* const c = reinterpret_cast<SixteenAnywhere*>(block.c + r * block.ldc);
    Sixteen x{};
#pragma GCC unroll 4
    for (int s = kSums - 1; s >= 0; --s) {
      const auto* const sums = reinterpret_cast<const SixteenSums*>(block.sums + (s * kTileRows + r) * kTileRows);
      x = x * 0x1p-8f + __builtin_convertvector(*sums, Sixteen);
    }
    if (!block.first) x += *c;
    if (block.last) {
      x *= block.row_scale[r] * *reinterpret_cast<const SixteenAnywhere*>(block.col_scale);
      x = x < -one ? -one : x;
      x = x > one ? one : x;
      x += Sixteen{};  // -0 becomes +0, which ordered_key relies on
    }
    *c = x;
  }
}

template <class Tiles, int kParts, int kSums>
void product_of_parts(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, const float* row_scale,
                      const float* col_scale, float* c, int64_t ldc, bool upper) {
  constexpr int64_t kGroups = kPanel / kTileRows;
  constexpr int64_t kAtOnce = kStationaryTiles / kParts;
  const int64_t side = depth * kParts * kTileBytes;  // a group's bytes as rows, and again as columns
  // A block's sums are made cosines while the next one's products are formed.
  alignas(64) int32_t sums[2][kSums * kTileRows * kTileRows];
  int turn = 0;
  Block before{};
  int64_t finished = kTileRows;  // rows of it
  Tiles tiles;
  tiles.begin();
  for (int64_t group = 0; group < a.panels * kGroups; ++group) {
    for (int64_t begin = 0; begin < depth; begin += kAtOnce) {
      const int64_t end = depth - begin < kAtOnce ? depth : begin + kAtOnce;
      const int64_t rows_a_step = (kTileRows + end - begin - 1) / (end - begin);
      for (int64_t other = upper ? group / kGroups * kGroups : 0; other < b.panels * kGroups; ++other) {
        const int8_t* rows = a.data + 2 * group * side + begin * kParts * kTileBytes;
        const int8_t* columns = b.data + (2 * other + 1) * side + begin * kParts * kTileBytes;
        tiles.template zero<0>();
        tiles.template zero<1>();
        if constexpr (kSums > 2) tiles.template zero<2>();
        if constexpr (kSums > 3) tiles.template zero<3>();
        for (int64_t k = begin; k < end; ++k) {
          add_products<kParts, kSums, 0>(tiles, rows, columns);
          add_products<kParts, kSums, 1>(tiles, rows, columns);
          if constexpr (kParts == 3) add_products<kParts, kSums, 2>(tiles, rows, columns);
          rows += kParts * kTileBytes;
          columns += kParts * kTileBytes;
          const int64_t until = finished + rows_a_step < kTileRows ? finished + rows_a_step : kTileRows;
          finish_rows<kSums>(before, finished, until);
          finished = until;
        }
        finish_rows<kSums>(before, finished, kTileRows);
        int32_t* const mine = sums[turn];
        tiles.template store<0>(mine);
        tiles.template store<1>(mine + 256);
        if constexpr (kSums > 2) tiles.template store<2>(mine + 512);
        if constexpr (kSums > 3) tiles.template store<3>(mine + 768);
        before = {mine,
                  row_scale + group * kTileRows,
                  col_scale + other * kTileRows,
                  c + group * kTileRows * ldc + other * kTileRows,
                  ldc,
                  begin == 0,
                  end == depth};
        finished = 0;
        turn = 1 - turn;
      }
    }
  }
  finish_rows<kSums>(before, finished, kTileRows);
  tiles.end();
}

template <class Tiles>
void product_i8(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, Int8Product product, const float* row_scale,
                const float* col_scale, float* c, int64_t ldc, bool upper) {
  const bool all = product.sums > product.parts;
  const auto form = product.parts == 2 ? (all ? product_of_parts<Tiles, 2, 3> : product_of_parts<Tiles, 2, 2>)
                                       : (all ? product_of_parts<Tiles, 3, 4> : product_of_parts<Tiles, 3, 3>);
  form(a, b, depth, row_scale, col_scale, c, ldc, upper);
}

}  // namespace
}  // namespace gramian::cpu
