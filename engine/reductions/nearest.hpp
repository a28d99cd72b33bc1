#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/reductions/shape.hpp"

namespace gramian {

/// A row and its cosine to another. Neighbours are ordered by cosine, highest first, equal ones by row, lowest first.
struct Neighbor {
  int64_t row = 0;
  double cosine = 0.0;
  friend bool operator==(const Neighbor&, const Neighbor&) = default;
  friend bool operator<(const Neighbor& a, const Neighbor& b) {
    return a.cosine > b.cosine || (a.cosine == b.cosine && a.row < b.row);
  }
};

/// The k nearest neighbours of each of n rows, in order; fewer where no more were seen.
struct NeighborTable {
  int64_t k = 0;
  std::vector<int64_t> held;      // n; neighbours of row i that are there
  std::vector<Neighbor> entries;  // n x k; row i's begin at i k
  std::span<const Neighbor> of(int64_t row) const {
    return std::span(entries).subspan(static_cast<size_t>(row * k),
                                      static_cast<size_t>(held[static_cast<size_t>(row)]));
  }
};

/// The first `k` of every row's neighbours.
NeighborTable first_neighbors(const NeighborTable& table, int64_t k);

/// The k nearest of the rows that each row of one side meets: all other rows in a triangle, the rows of the other side
/// in a rectangle.
struct Nearest {
  int64_t k = 10;
  Axis of = Axis::rows;

  using Found = NeighborTable;  // its k is never more than the rows to be met

  /// Throws InvalidUsage for k < 1 and for the columns of a triangle.
  void check(const SweepShape& shape) const;
  Found nothing(const SweepShape& shape) const;
  static void merge(Found& into, Found&& part);
  friend bool operator==(const Nearest&, const Nearest&) = default;
};

}  // namespace gramian
