#pragma once
// Sizes that the inner loops and the packing share; see panels.hpp. Apart, so that the translation units compiled for
// one instruction set include no standard library.

#include <cstdint>

namespace gramian::cpu {

inline constexpr int64_t kPanel = 48;
/// Terms of the inner dimension that are summed in one chain before the chain is added to the tile: keeps a panel's
/// chunk inside the L1 cache.
inline constexpr int64_t kChain = 128;
/// In fp32 a chain is the sum of links of so many terms. Products of equal size (rows of ±1, say) all round the same
/// way, so that an error grows with the square of a run's length: 1.9e-6 of a cosine in runs of 128, 4.8e-7 in links,
/// as the accuracy tests measure it.
inline constexpr int64_t kLink = 32;
/// Pairs of int16 that are summed in int32 before the sum moves on to fp32: the shorter, the larger the integers may be
/// that stay within 31 bits. Two hundred cycles of products, whose move takes ten.
inline constexpr int64_t kFixedLink = 16;
/// A tile register: so many rows of int8, and so many columns of them.
inline constexpr int64_t kTileRows = 16;
inline constexpr int64_t kInt8Columns = 64;
inline constexpr int64_t kTileBytes = kTileRows * kInt8Columns;
/// Rows that stay in the L1 cache while columns pass by them are so many tiles: three quarters of 48 KB. Sums of
/// products of so many columns are far from the ends of int32.
inline constexpr int64_t kStationaryTiles = 36;

}  // namespace gramian::cpu
