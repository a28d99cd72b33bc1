#pragma once
// How large the tiles of a sweep are.

#include <cstdint>

#include "engine/cosines/cosine_type.hpp"

namespace gramian::cuda {

/// Rows and columns of a tile for a device: two tiles lie in its L2 cache, unless they would then be too small to give
/// every multiprocessor a part of a product; among those sizes one that leaves few of them idle in a product's last
/// round. A multiple of 128.
int64_t tile_edge_for(int multiprocessors, int64_t l2_bytes, CosineType type);

}  // namespace gramian::cuda
