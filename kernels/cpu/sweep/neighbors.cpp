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
void SharedNeighbors<T>::take(NeighborTable& table) {
  for (int64_t row = 0; row < rows_; ++row) {
    Entry* const heap = heaps_.data() + row * k_;
    const int64_t held = held_[static_cast<size_t>(row)];
    std::sort_heap(heap, heap + held);
    for (int64_t c = 0; c < held; ++c) {
      table.entries[static_cast<size_t>(row * k_ + c)] = {heap[c].row, static_cast<double>(heap[c].cosine)};
    }
  }
  table.held = std::move(held_);
}

template <class T>
void NearestConsumer<T>::add(const Nearest& wanted, Nearest::Found& found) {
  (wanted.of == Axis::rows ? rows_ : columns_) = std::make_unique<Table>(rows_of(shape_, wanted.of), found);
}

template <class T>
void NearestConsumer<T>::consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
  constexpr T kNever = std::numeric_limits<T>::infinity();
  Own& own = workers_.of(worker, [&] {
    const auto edge = static_cast<size_t>(tile_edge_);
    return Own{std::vector<T>(edge, kNever), std::vector<uint32_t>(edge), std::vector<uint32_t>(edge)};
  });
  // A triangle's rows meet each other from both sides.
  SharedNeighbors<T>* const of_rows = rows_ ? &rows_->shared : nullptr;
  SharedNeighbors<T>* const of_columns = shape_.triangle ? of_rows : columns_ ? &columns_->shared : nullptr;
  T* const column_thresholds = own.column_thresholds.data();
  if (of_columns != nullptr) {
    for (int64_t column = tile.col_begin; column < tile.col_end; ++column) {
      column_thresholds[column - tile.col_begin] = of_columns->threshold(column);
    }
  }
  for_each_row(tile, cosines, ld, [&](int64_t row, int64_t column, const T* x, int64_t count) {
    T* const thresholds = column_thresholds + (column - tile.col_begin);
    ReachingLoop loop{own.for_row.data(), 0, own.for_columns.data(), 0};
    loop_reaching(x, count, of_rows != nullptr ? of_rows->threshold(row) : kNever, thresholds, &loop);
    if (loop.row_count > 0) of_rows->offer(row, x, loop.for_row, loop.row_count, column);
    for (int64_t c = 0; c < loop.column_count; ++c) {
      const uint32_t at = loop.for_columns[c];
      const uint32_t zero = 0;
      thresholds[at] = of_columns->offer(column + at, x + at, &zero, 1, row);
    }
  });
}

template <class T>
void NearestConsumer<T>::take() {
  if (rows_) rows_->shared.take(rows_->found);
  if (columns_) columns_->shared.take(columns_->found);
}

template class SharedNeighbors<float>;
template class SharedNeighbors<double>;
template class NearestConsumer<float>;
template class NearestConsumer<double>;

}  // namespace gramian::cpu
