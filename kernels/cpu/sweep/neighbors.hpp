#pragma once
// The k nearest neighbours of every row, gathered by all workers into one table.
//
// Every row keeps its best k so far and, once it has k, a threshold: the worst of them. A worker compares whole vectors
// with the thresholds and offers only what reaches them, about k ln(n/k) values a row, so a lock a row is enough. Equal
// cosines are settled by row number, hence the result does not depend on who offers first.

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/reductions/nearest.hpp"
#include "kernels/cpu/sweep/consumer.hpp"

namespace gramian::cpu {

template <class T>
class SharedNeighbors {
 public:
  SharedNeighbors(int64_t rows, int64_t k);
  int64_t k() const { return k_; }
  /// The least value of a neighbour of `row`; it only ever rises.
  T threshold(int64_t row) const { return thresholds_[static_cast<size_t>(row)].load(std::memory_order_relaxed); }
  /// Offers values x[at[0]], x[at[1]], ... of rows first + at[...] to `row`; returns its threshold afterwards.
  T offer(int64_t row, const T* x, const uint32_t* at, int64_t count, int64_t first);
  /// The finished table; call once, when no worker is left.
  void take(NeighborTable& table);

 private:
  struct Entry {
    T cosine;
    int64_t row;
    /// Order of a heap whose top is the worst.
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.cosine > b.cosine || (a.cosine == b.cosine && a.row < b.row);
    }
  };

  int64_t rows_;
  int64_t k_;
  std::vector<Entry> heaps_;
  std::vector<int64_t> held_;
  std::vector<std::atomic<T>> thresholds_;
  std::vector<std::atomic_flag> locks_;
};

/// Offers the neighbours that a tile holds, for its rows and for its columns.
template <class T>
class NearestConsumer final : public Consumer<T> {
 public:
  NearestConsumer(const SweepShape& shape, int64_t tile_edge, int workers)
      : shape_(shape), tile_edge_(tile_edge), workers_(workers) {}
  void add(const Nearest& wanted, Nearest::Found& found);
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override;

 private:
  struct Table {
    Table(int64_t rows, Nearest::Found& wanted) : shared(rows, wanted.k), found(wanted) {}
    SharedNeighbors<T> shared;
    Nearest::Found& found;
  };
  struct Own {
    std::vector<T> column_thresholds;
    std::vector<uint32_t> for_row, for_columns;
  };

  SweepShape shape_;
  int64_t tile_edge_;
  std::unique_ptr<Table> rows_, columns_;  // of a rectangle's columns; none where they are not wanted
  PerWorker<Own> workers_;
};

}  // namespace gramian::cpu
