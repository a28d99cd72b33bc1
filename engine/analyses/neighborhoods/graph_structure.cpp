#include "engine/analyses/neighborhoods/graph_structure.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace gramian {
namespace {

/// Disjoint sets, with path halving.
class Sets {
 public:
  explicit Sets(int64_t n) : parent_(static_cast<size_t>(n)) { std::iota(parent_.begin(), parent_.end(), 0); }
  int64_t find(int64_t node) {
    while (parent(node) != node) node = parent(node) = parent(parent(node));
    return node;
  }
  // The smaller number is the root, so that every representative is the first of its set.
  void join(int64_t a, int64_t b) {
    a = find(a);
    b = find(b);
    parent(std::max(a, b)) = std::min(a, b);
  }
  std::vector<int64_t> labels() {
    std::vector<int64_t> all(parent_.size());
    for (size_t node = 0; node < all.size(); ++node) all[node] = find(static_cast<int64_t>(node));
    return all;
  }

 private:
  int64_t& parent(int64_t node) { return parent_[static_cast<size_t>(node)]; }
  std::vector<int64_t> parent_;
};

std::span<const int32_t> neighbors(const Adjacency& graph, int64_t node) {
  const auto begin = static_cast<size_t>(graph.offsets[static_cast<size_t>(node)]);
  const auto end = static_cast<size_t>(graph.offsets[static_cast<size_t>(node) + 1]);
  return std::span(graph.columns).subspan(begin, end - begin);
}

}  // namespace

Partition partition_by(std::span<const int64_t> labels) {
  struct Group {
    int64_t size = 0;
    int64_t first = 0;
    size_t seen = 0;
  };
  std::unordered_map<int64_t, size_t> seen;
  std::vector<Group> groups;
  std::vector<size_t> of(labels.size());
  for (size_t node = 0; node < labels.size(); ++node) {
    const auto [at, is_new] = seen.try_emplace(labels[node], groups.size());
    if (is_new) groups.push_back({0, static_cast<int64_t>(node), groups.size()});
    ++groups[at->second].size;
    of[node] = at->second;
  }
  std::ranges::sort(groups, [](const Group& a, const Group& b) {
    return a.size > b.size || (a.size == b.size && a.first < b.first);
  });
  std::vector<int64_t> number(groups.size());
  Partition partition;
  for (const Group& group : groups) {
    number[group.seen] = partition.count();
    partition.sizes.push_back(group.size);
  }
  for (const size_t group : of) partition.group.push_back(number[group]);
  return partition;
}

Partition components(const Adjacency& graph) {
  Sets sets(graph.nodes());
  for (int64_t node = 0; node < graph.nodes(); ++node) {
    for (const int32_t other : neighbors(graph, node)) sets.join(node, other);
  }
  return partition_by(sets.labels());
}

Partition components(Space& space, Precision precision, double threshold, std::span<const uint64_t> degrees,
                     const NeighborTable& nearest, const Progress& progress) {
  const int64_t n = space.size();
  Sets sets(n);
  for (int64_t row = 0; row < n; ++row) {
    for (const Neighbor& neighbor : nearest.of(row)) {
      if (neighbor.cosine >= threshold) sets.join(row, neighbor.row);
    }
  }
  const Partition found = partition_by(sets.labels());
  std::vector<int64_t> open;  // rows whose edges may join parts that are still apart
  for (int64_t row = 0; row < n; ++row) {
    const auto at = static_cast<size_t>(row);
    if (found.group[at] != 0 && static_cast<int64_t>(degrees[at]) > nearest.k) open.push_back(row);
  }
  const UnitRows& rows = space.unit_rows(precision);
  Certified certified;
  // Rows close to each other are formed together.
  constexpr int64_t kGap = 24;
  constexpr int64_t kMost = 384;
  for (size_t next = 0; next < open.size();) {
    const int64_t begin = open[next];
    int64_t end = begin + 1;
    while (next < open.size() && open[next] < std::min(end + kGap, begin + kMost)) end = open[next++] + 1;
    progress.check();
    const CsrBand band = is_certified(precision) ? certified_band(space, rows, threshold, begin, end, certified)
                                                 : space.backend().threshold_band(rows, threshold, begin, end);
    for (int64_t row = begin; row < end; ++row) {
      for (auto k = static_cast<size_t>(band.offsets[static_cast<size_t>(row - begin)]);
           k < static_cast<size_t>(band.offsets[static_cast<size_t>(row - begin) + 1]); ++k) {
        sets.join(row, band.columns[k]);
      }
    }
    progress.step(static_cast<int64_t>(next), std::ssize(open));
  }
  return partition_by(sets.labels());
}

double modularity(const Adjacency& graph, std::span<const int64_t> group) {
  const auto twice = static_cast<double>(graph.columns.size());
  if (graph.columns.empty()) return std::numeric_limits<double>::quiet_NaN();
  const int64_t groups = 1 + *std::ranges::max_element(group);
  std::vector<int64_t> inside(static_cast<size_t>(groups));   // twice the edges
  std::vector<int64_t> degrees(static_cast<size_t>(groups));  // summed
  for (int64_t node = 0; node < graph.nodes(); ++node) {
    const int64_t own = group[static_cast<size_t>(node)];
    const auto all = neighbors(graph, node);
    degrees[static_cast<size_t>(own)] += std::ssize(all);
    inside[static_cast<size_t>(own)] +=
        std::ranges::count_if(all, [&](int32_t other) { return group[static_cast<size_t>(other)] == own; });
  }
  double sum = 0.0;
  for (size_t c = 0; c < inside.size(); ++c) {
    const double share = static_cast<double>(degrees[c]) / twice;
    sum += static_cast<double>(inside[c]) / twice - share * share;
  }
  return sum;
}

std::vector<double> local_clustering(const Adjacency& graph, std::span<const int64_t> nodes) {
  std::vector<double> shares;
  std::vector<bool> near(static_cast<size_t>(graph.nodes()));
  for (const int64_t node : nodes) {
    const auto around = neighbors(graph, node);
    const auto degree = static_cast<double>(around.size());
    if (around.size() < 2) {
      shares.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    for (const int32_t other : around) near[static_cast<size_t>(other)] = true;
    int64_t twice = 0;
    for (const int32_t other : around) {
      twice += std::ranges::count_if(neighbors(graph, other),
                                     [&](int32_t third) { return near[static_cast<size_t>(third)]; });
    }
    for (const int32_t other : around) near[static_cast<size_t>(other)] = false;
    shares.push_back(static_cast<double>(twice) / (degree * (degree - 1.0)));
  }
  return shares;
}

}  // namespace gramian
