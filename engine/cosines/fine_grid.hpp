#pragma once
// The fine grid: bins of a power-of-two width over [-1, 1], on which a sweep counts first. Its edges are exact in fp32,
// so every histogram whose edges, and every bracket whose ends lie on it, can be derived from one count; those cost
// least. Bin b holds [b/kFinePerUnit - 1, (b + 1)/kFinePerUnit - 1), the last bin 1 itself as well.

#include <cstdint>

namespace gramian {

inline constexpr int64_t kFineBins = 16384;
inline constexpr int64_t kFinePerUnit = kFineBins / 2;

/// Where ranks want narrower bins (rank_bins.hpp), one of these is cut into 2^kMaxLogParts equal parts at most.
inline constexpr int kMaxLogParts = 23;
/// Bits of such a cell's entry that hold the logarithm of its parts; the others hold the number of its first part.
inline constexpr int kLogPartsBits = 5;

}  // namespace gramian
