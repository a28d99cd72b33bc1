#include "kernels/cpu/sweep/neighbors.hpp"

#include <algorithm>
#include <limits>
#include <thread>

#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {
namespace {

void loop_reaching(const float* x, int64_t count, float row, const float* columns, ReachingLoop* loop) {
  isa_table().reaching_f32(x, count, row, columns, loop);
}
void loop_reaching(const double* x, int64_t count, double row, const double* columns, ReachingLoop* loop) {
  isa_table().reaching_f64(x, count, row, columns, loop);
}

}  // namespace

template <class T>
SharedNeighbors<T>::SharedNeighbors(int64_t rows, int64_t k)
    : rows_(rows),
      k_(k),
      heaps_(static_cast<size_t>(rows * k)),
      held_(static_cast<size_t>(rows), 0),
      thresholds_(static_cast<size_t>(rows)),
      locks_(static_cast<size_t>(rows)) {
  for (std::atomic<T>& threshold : thresholds_) threshold = -std::numeric_limits<T>::infinity();
}

template <class T>
T SharedNeighbors<T>::offer(int64_t row, const T* x, const uint32_t* at, int64_t count, int64_t first) {
  const auto r = static_cast<size_t>(row);
  while (locks_[r].test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  Entry* const heap = heaps_.data() + row * k_;
  int64_t held = held_[r];
  for (int64_t c = 0; c < count; ++c) {
    const Entry entry{x[at[c]], first + at[c]};
    if (held < k_) {
      heap[held++] = entry;
      std::push_heap(heap, heap + held);
    } else if (entry < heap[0]) {
      std::pop_heap(heap, heap + held);
      heap[held - 1] = entry;
      std::push_heap(heap, heap + held);
    }
  }
  held_[r] = held;
  const T threshold = held == k_ ? heap[0].cosine : -std::numeric_limits<T>::infinity();
  thresholds_[r].store(threshold, std::memory_order_relaxed);
  locks_[r].clear(std::memory_order_release);
  return threshold;
}

template <class T>
NeighborTable SharedNeighbors<T>::take() {
  NeighborTable table;
  table.k = k_;
  table.entries.resize(heaps_.size());
  for (int64_t row = 0; row < rows_; ++row) {
    Entry* const heap = heaps_.data() + row * k_;
    const int64_t held = held_[static_cast<size_t>(row)];
    std::sort_heap(heap, heap + held);
    for (int64_t c = 0; c < held; ++c) {
      table.entries[static_cast<size_t>(row * k_ + c)] = {heap[c].row, static_cast<double>(heap[c].cosine)};
    }
  }
  table.held = std::move(held_);
  return table;
}

template <class T>
NeighborReducer<T>::NeighborReducer(SharedNeighbors<T>& shared, int64_t tile_edge)
    : shared_(shared),
      column_thresholds_(static_cast<size_t>(tile_edge)),
      for_row_(static_cast<size_t>(tile_edge)),
      for_columns_(static_cast<size_t>(tile_edge)) {}

template <class T>
void NeighborReducer<T>::consume(const Tile& tile, const T* cosines, int64_t ld) {
  const int64_t width = tile.col_end - tile.col_begin;
  for (int64_t c = 0; c < width; ++c) {
    column_thresholds_[static_cast<size_t>(c)] = shared_.threshold(tile.col_begin + c);
  }
  for (int64_t row = tile.row_begin; row < tile.row_end; ++row) {
    const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
    if (skip >= width) break;
    const T* x = cosines + (row - tile.row_begin) * ld + skip;
    ReachingLoop loop{for_row_.data(), 0, for_columns_.data(), 0};
    loop_reaching(x, width - skip, shared_.threshold(row), column_thresholds_.data() + skip, &loop);
    if (loop.row_count > 0) shared_.offer(row, x, loop.for_row, loop.row_count, tile.col_begin + skip);
    for (int64_t c = 0; c < loop.column_count; ++c) {
      const uint32_t at = loop.for_columns[c];
      const uint32_t zero = 0;
      column_thresholds_[static_cast<size_t>(skip + at)] =
          shared_.offer(tile.col_begin + skip + at, x + at, &zero, 1, row);
    }
  }
}

template class SharedNeighbors<float>;
template class SharedNeighbors<double>;
template class NeighborReducer<float>;
template class NeighborReducer<double>;

}  // namespace gramian::cpu
