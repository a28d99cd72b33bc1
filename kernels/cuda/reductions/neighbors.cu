#include <limits>

#include "kernels/cuda/reductions/cosine.cuh"
#include "kernels/cuda/reductions/neighbors.hpp"
#include "kernels/cuda/runtime/launch.cuh"

namespace gramian::cuda {
namespace {

constexpr int kThreads = block_threads(256);

template <class T>
__global__ void __launch_bounds__(kThreads) forget_kernel(NeighborView<T> view, int64_t rows) {
  for (int64_t row = global_thread(); row < rows; row += global_threads()) {
    view.held[row] = 0;
    view.thresholds[row] = -std::numeric_limits<T>::infinity();
  }
}

/// The whole warp inserts `key` into its row's list; `held` is the same in all lanes.
template <class Key>
__device__ __forceinline__ void insert(Key* list, int64_t k, unsigned& held, Key key) {
  const auto lane = static_cast<int64_t>(threadIdx.x % kWarp);
  int64_t better = 0;
  for (int64_t first = 0; first < held; first += kWarp) {
    const bool mine = first + lane < held && list[first + lane] > key;
    better += __popc(__ballot_sync(kFullWarp, mine));
  }
  if (better >= k) return;
  const int64_t last = held < k ? held : k - 1;  // what lies there moves out, or is free
  for (int64_t first = last; first > better; first -= kWarp) {
    const int64_t to = first - lane;
    const bool moves = to > better;
    Key moved{};
    if (moves) moved = list[to - 1];
    __syncwarp();
    if (moves) list[to] = moved;
    __syncwarp();
  }
  // Lanes may still be reading the list: a vote waits for them and orders no memory.
  __syncwarp();
  if (lane == 0) list[better] = key;
  __syncwarp();
  if (held < k) ++held;
}

/// One warp looks through the cosines of one row, or one column, of the tile.
template <class T>
__device__ __forceinline__ void look_through(const TileView<T>& tile, bool column, int at, NeighborKey<T>* list,
                                             int64_t k, unsigned& held) {
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const int begin = tile.diagonal && !column ? at + 1 : 0;
  const int end = column ? (tile.diagonal ? at : tile.rows) : tile.cols;
  const int64_t other_begin = column ? tile.row_begin : tile.col_begin;
  const auto key_at = [&](int other) {
    return neighbor_key(column ? cosine_at(tile, other, at) : cosine_at(tile, at, other), other_begin + other);
  };
  for (int first = begin; first < end; first += kWarp) {
    bool wanted = first + lane < end;
    if (wanted && held == k) wanted = key_at(first + lane) > list[k - 1];
    for (unsigned left = __ballot_sync(kFullWarp, wanted); left != 0; left &= left - 1) {
      insert(list, k, held, key_at(first + __ffs(left) - 1));
    }
  }
}

/// One warp a place. On the diagonal a row's place is its column's as well, so a list has one writer.
template <class T>
__global__ void __launch_bounds__(kThreads, 1)
    merge_kernel(NeighborView<T> rows, NeighborView<T> columns, TileView<T> tile) {
  const int of_rows = rows.k > 0 ? tile.rows : 0;
  const int of_columns = columns.k > 0 && !tile.diagonal ? tile.cols : 0;
  const auto place = static_cast<int>(global_thread() / kWarp);
  if (place >= of_rows + of_columns) return;
  const bool column = place >= of_rows;
  // Member by member: to choose between two arguments as a whole they would have to lie in memory.
  const NeighborView<T> view{column ? columns.k : rows.k,           column ? columns.lists : rows.lists,
                             column ? columns.held : rows.held,     column ? columns.thresholds : rows.thresholds,
                             column ? columns.places : rows.places, column ? columns.noted : rows.noted};
  const int at = column ? place - of_rows : place;
  const unsigned noted = view.noted[at];
  const int64_t row = (column ? tile.col_begin : tile.row_begin) + at;
  NeighborKey<T>* const list = view.lists + row * view.k;
  unsigned held = view.held[row];
  if (noted == 0 && held == view.k) return;
  // A row whose list was not full has noted nothing.
  if (held == view.k && noted <= kPlaces) {
    for (unsigned p = 0; p < noted; ++p) {
      insert(list, view.k, held, view.places[static_cast<int64_t>(at) * kPlaces + p]);
    }
  } else {
    look_through(tile, column, at, list, view.k, held);
    if (tile.diagonal) look_through(tile, true, at, list, view.k, held);
  }
  // Lanes may still have to read what is written now: where nothing was inserted, at most votes have waited for them.
  __syncwarp();
  if (threadIdx.x % kWarp == 0) {
    view.noted[at] = 0;
    view.held[row] = held;
    if (held == view.k) view.thresholds[row] = key_cosine(list[view.k - 1]);
  }
}

}  // namespace

template <class T>
NeighborLists<T>::NeighborLists(int64_t rows, int64_t k, int64_t tile_edge, cudaStream_t stream)
    : rows_(rows),
      k_(k),
      tile_edge_(tile_edge),
      lists_(checked_product(rows, k, "neighbours"), "neighbours"),
      held_(rows, "neighbours"),
      thresholds_(rows, "neighbours"),
      places_(2 * tile_edge * kPlaces, "neighbours"),
      noted_(zeros<unsigned>(2 * tile_edge, stream, "neighbours")) {
  launch(forget_kernel<T>, {blocks_for(rows, kThreads), kThreads}, stream, view(), rows);
}

template <class T>
NeighborView<T> NeighborLists<T>::view(bool second_places) {
  const int64_t first = second_places ? tile_edge_ : 0;
  return {k_, lists_.data(), held_.data(), thresholds_.data(), places_.data() + first * kPlaces, noted_.data() + first};
}

template <class T>
void merge_noted(const NeighborView<T>& rows, const NeighborView<T>& columns, const TileView<T>& tile,
                 cudaStream_t stream) {
  const int64_t places = (rows.k > 0 ? tile.rows : 0) + (columns.k > 0 && !tile.diagonal ? tile.cols : 0);
  launch(merge_kernel<T>, {(places * kWarp + kThreads - 1) / kThreads, kThreads}, stream, rows, columns, tile);
}

template <class T>
NeighborTable NeighborLists<T>::table(cudaStream_t stream) const {
  const std::vector<NeighborKey<T>> lists = on_host(lists_, lists_.size(), stream);
  const std::vector<unsigned> held = on_host(held_, held_.size(), stream);
  NeighborTable table;
  table.k = k_;
  table.held.assign(held.begin(), held.end());
  table.entries.resize(static_cast<size_t>(rows_ * k_));
  for (int64_t row = 0; row < rows_; ++row) {
    for (int64_t p = 0; p < table.held[static_cast<size_t>(row)]; ++p) {
      const auto at = static_cast<size_t>(row * k_ + p);
      table.entries[at] = {key_row(lists[at]), static_cast<double>(key_cosine(lists[at]))};
    }
  }
  return table;
}

template class NeighborLists<float>;
template class NeighborLists<double>;
template void merge_noted<float>(const NeighborView<float>&, const NeighborView<float>&, const TileView<float>&,
                                 cudaStream_t);
template void merge_noted<double>(const NeighborView<double>&, const NeighborView<double>&, const TileView<double>&,
                                  cudaStream_t);

}  // namespace gramian::cuda
