#pragma once

#include <cstdint>

namespace gramian::cuda {

/// Tiles begin at multiples of it.
inline constexpr int64_t kTileUnit = 16;

/// Rows rounded up to whole tile units.
constexpr int64_t padded_rows(int64_t rows) { return (rows + kTileUnit - 1) / kTileUnit * kTileUnit; }

}  // namespace gramian::cuda
