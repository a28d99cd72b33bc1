#include "engine/analyses/neighborhoods/hierarchy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/error.hpp"

namespace gramian {
namespace {

/// Clusters on their way to one. A cluster lives in the slot of one of its rows; an empty slot has size 0.
class Clusters {
 public:
  explicit Clusters(const DenseMatrix& cosines)
      : n_(cosines.rows), distances_(cosines), size_(static_cast<size_t>(cosines.rows), 1) {
    for (double& value : distances_.values) {
      if (std::isnan(value)) throw InvalidInput("a matrix of cosines holds NaN");
      value = 1.0 - value;
    }
  }

  /// The nearest two clusters that a walk from neighbour to nearest neighbour ends in, merged.
  Merge merge_next() {
    if (chain_.empty()) {
      chain_.push_back(std::ranges::find_if(size_, [](int64_t size) { return size > 0; }) - size_.begin());
    }
    while (true) {
      const int64_t x = chain_.back();
      const int64_t before = chain_.size() > 1 ? chain_[chain_.size() - 2] : -1;
      int64_t nearest = before;
      double least = before >= 0 ? distances_(x, before) : std::numeric_limits<double>::infinity();
      for (int64_t i = 0; i < n_; ++i) {
        if (i == x || size_[static_cast<size_t>(i)] == 0 || !(distances_(x, i) < least)) continue;
        least = distances_(x, i);
        nearest = i;
      }
      if (nearest == before) {
        chain_.resize(chain_.size() - 2);
        return join(std::min(x, before), std::max(x, before), least);
      }
      chain_.push_back(nearest);
    }
  }

 private:
  Merge join(int64_t x, int64_t y, double height) {
    const auto in_x = static_cast<double>(size_[static_cast<size_t>(x)]);
    const auto in_y = static_cast<double>(size_[static_cast<size_t>(y)]);
    size_[static_cast<size_t>(y)] += std::exchange(size_[static_cast<size_t>(x)], 0);
    for (int64_t i = 0; i < n_; ++i) {
      if (i == y || size_[static_cast<size_t>(i)] == 0) continue;
      distances_(i, y) = (in_x * distances_(i, x) + in_y * distances_(i, y)) / (in_x + in_y);
      distances_(y, i) = distances_(i, y);
    }
    return {x, y, height, size_[static_cast<size_t>(y)]};
  }

  int64_t n_;
  DenseMatrix distances_;
  std::vector<int64_t> size_;
  std::vector<int64_t> chain_;
};

/// Which cluster a row belongs to, while merges are read from the lowest up.
class Forest {
 public:
  explicit Forest(int64_t n) : parent_(static_cast<size_t>(2 * n)) { std::iota(parent_.begin(), parent_.end(), 0); }
  int64_t root(int64_t x) {
    while (parent_[static_cast<size_t>(x)] != x) {
      parent_[static_cast<size_t>(x)] = parent_[static_cast<size_t>(parent_[static_cast<size_t>(x)])];
      x = parent_[static_cast<size_t>(x)];
    }
    return x;
  }
  void hang(int64_t child, int64_t parent) { parent_[static_cast<size_t>(child)] = parent; }

 private:
  std::vector<int64_t> parent_;
};

}  // namespace

std::vector<Merge> average_linkage(const DenseMatrix& cosines) {
  const int64_t n = cosines.rows;
  std::vector<Merge> merges;
  Clusters clusters(cosines);
  for (int64_t k = 0; k + 1 < n; ++k) merges.push_back(clusters.merge_next());
  // Chains find the merges in another order, and by slots.
  std::ranges::stable_sort(merges, {}, &Merge::height);
  Forest forest(n);
  for (int64_t k = 0; k < std::ssize(merges); ++k) {
    Merge& merge = merges[static_cast<size_t>(k)];
    const int64_t a = forest.root(merge.a);
    const int64_t b = forest.root(merge.b);
    forest.hang(a, n + k);
    forest.hang(b, n + k);
    merge.a = std::min(a, b);
    merge.b = std::max(a, b);
  }
  const auto rows_in = [&](int64_t cluster) {
    return cluster < n ? int64_t{1} : merges[static_cast<size_t>(cluster - n)].size;
  };
  for (Merge& merge : merges) merge.size = rows_in(merge.a) + rows_in(merge.b);
  return merges;
}

std::vector<int64_t> leaf_order(std::span<const Merge> merges) {
  const int64_t n = std::ssize(merges) + 1;
  std::vector<int64_t> order;
  std::vector<int64_t> waiting = {2 * n - 2};
  while (!waiting.empty()) {
    const int64_t cluster = waiting.back();
    waiting.pop_back();
    if (cluster < n) {
      order.push_back(cluster);
    } else {
      waiting.push_back(merges[static_cast<size_t>(cluster - n)].b);
      waiting.push_back(merges[static_cast<size_t>(cluster - n)].a);
    }
  }
  return order;
}

std::vector<int64_t> cut_tree(std::span<const Merge> merges, int64_t clusters) {
  const int64_t n = std::ssize(merges) + 1;
  Forest forest(n);
  for (int64_t k = 0; k < n - clusters; ++k) {
    forest.hang(merges[static_cast<size_t>(k)].a, n + k);
    forest.hang(merges[static_cast<size_t>(k)].b, n + k);
  }
  std::vector<int64_t> number_of(static_cast<size_t>(n));
  int64_t last = -1;  // root of the row before
  int64_t number = -1;
  for (const int64_t row : leaf_order(merges)) {
    const int64_t root = forest.root(row);
    if (root != last) ++number;
    last = root;
    number_of[static_cast<size_t>(row)] = number;
  }
  return number_of;
}

}  // namespace gramian
