#pragma once
// Cosines of a tile that reach a threshold, counted and then written as pieces of compressed sparse rows.

#include <cuda_runtime.h>

#include <cstdint>

#include "kernels/cuda/reductions/tile_view.hpp"

namespace gramian::cuda {

/// Where the tile lies for the rows of the band. Products are only formed with the lower row number first, so that
/// every cosine of the band is bit for bit that of a sweep.
enum class Side : uint8_t {
  right,     // the band's rows are the tile's rows
  left,      // the band's rows are the tile's columns
  diagonal,  // they are both
};

template <class T>
struct BandArguments {
  TileView<T> tile;
  Side side = Side::right;
  T threshold = 0;
  int first = 0;              // of the band's rows within the tile
  int rows = 0;               // how many
  int64_t* places = nullptr;  // of this tile: row r's is places[r stride]
  int64_t stride = 0;
};

/// places[r stride] = how many cosines of row first + r reach the threshold, the diagonal left out.
template <class T>
void count_band(const BandArguments<T>& arguments, cudaStream_t stream);
/// Writes them, columns ascending, from places[r stride] - base on.
template <class T>
void fill_band(const BandArguments<T>& arguments, int64_t base, int32_t* columns, float* cosines, cudaStream_t stream);

}  // namespace gramian::cuda
