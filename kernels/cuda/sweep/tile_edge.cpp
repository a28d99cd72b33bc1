#include "kernels/cuda/sweep/tile_edge.hpp"

#include <algorithm>

#include "kernels/cuda/rows/tile_unit.hpp"

namespace gramian::cuda {
namespace {

/// The part of a product that cuBLAS commonly gives to one block of threads.
constexpr int64_t kBlockRows = 128;
constexpr int64_t kBlockCols = 256;

int64_t blocks_of(int64_t edge) { return (edge / kBlockRows) * ((edge + kBlockCols - 1) / kBlockCols); }

/// The part of the multiprocessors' time that is used, if every block takes equally long.
double used(int64_t edge, int multiprocessors) {
  const int64_t rounds = (blocks_of(edge) + multiprocessors - 1) / multiprocessors;
  return static_cast<double>(blocks_of(edge)) / static_cast<double>(rounds * multiprocessors);
}

}  // namespace

int64_t tile_edge_for(int multiprocessors, int64_t l2_bytes, CosineType type) {
  constexpr int64_t kStep = kBlockRows;
  constexpr int64_t kMost = 4096;
  constexpr double kAsGood = 0.95;  // larger tiles cost fewer launches
  const int64_t size = type == CosineType::f64 ? 8 : 4;
  int64_t last = kStep;
  while (last < kMost && blocks_of(last) < multiprocessors) last += kStep;
  // A quarter of the cache is for the rows that a product reads.
  while (last < kMost && 2 * (last + kStep) * (last + kStep) * size <= l2_bytes / 4 * 3) last += kStep;
  double most_used = 0.0;
  for (int64_t edge = kStep; edge <= last; edge += kStep) most_used = std::max(most_used, used(edge, multiprocessors));
  int64_t edge = last;
  while (used(edge, multiprocessors) < kAsGood * most_used) edge -= kStep;
  return edge;
}

int64_t evened_edge(int64_t rows, int64_t most) {
  const int64_t bands = std::max<int64_t>(1, (rows + most - 1) / most);
  return std::max(padded_rows((rows + bands - 1) / bands), kTileUnit);
}

}  // namespace gramian::cuda
