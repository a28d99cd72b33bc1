// Neighbours, degrees, edges and structure against loops over all pairs.

#include "engine/analyses/neighborhoods/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/analyses/neighborhoods/graph_structure.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "host/communities/communities.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {
namespace {

/// cosines[i][j] in fp64, by the oracle.
std::vector<std::vector<double>> square(const oracle::Table& rows) {
  const std::vector<double> pairs = oracle::cosines(rows);
  std::vector<std::vector<double>> all(static_cast<size_t>(rows.rows),
                                       std::vector<double>(static_cast<size_t>(rows.rows), 1.0));
  size_t next = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = i + 1; j < all.size(); ++j) all[i][j] = all[j][i] = pairs[next++];
  }
  return all;
}

struct Graph {
  explicit Graph(const oracle::Table& table)
      : stored(store(table, ElementType::f64)),
        backend(devices().front().make(2)),
        space(*backend, stored.matrix.view) {}
  std::vector<uint64_t> degrees(double threshold) {
    Asked analysis(Degrees{threshold});
    SweepAnalysis* const analyses[] = {&analysis};
    run_sweeps(space, Precision::double_, analyses, 0, {});
    return analysis.found().counts;
  }
  NeighborTable nearest(int64_t k) {
    Asked<Nearest> analysis = nearest_neighbors(space, k);
    SweepAnalysis* const analyses[] = {&analysis};
    run_sweeps(space, Precision::double_, analyses, 0, {});
    return analysis.found();
  }
  Stored stored;
  std::unique_ptr<Backend> backend;
  Space space;
};

TEST(GraphOfCosines, DegreesAndBandsAreThoseOfALoop) {
  // Cosines are multiples of 1/8, exactly, so that ties at the threshold count too.
  for (const int64_t n : {1, 2, 47, 48, 49, 385, 500}) {
    const oracle::Table rows = lattice(n, 5);
    const auto cosines = square(rows);
    Graph graph(rows);
    for (const double threshold : {-2.0, -0.25, 0.25, 0.5, 1.0, 2.0}) {
      const std::vector<uint64_t> degrees = graph.degrees(threshold);
      const Adjacency edges = adjacency(graph.space, Precision::double_, threshold, degrees, {});
      ASSERT_EQ(edges.nodes(), n);
      for (int64_t i = 0; i < n; ++i) {
        std::vector<int32_t> expected;
        for (int64_t j = 0; j < n; ++j) {
          if (j != i && cosines[static_cast<size_t>(i)][static_cast<size_t>(j)] >= threshold) {
            expected.push_back(static_cast<int32_t>(j));
          }
        }
        const auto begin = edges.columns.begin() + edges.offsets[static_cast<size_t>(i)];
        const auto end = edges.columns.begin() + edges.offsets[static_cast<size_t>(i) + 1];
        ASSERT_EQ(std::vector<int32_t>(begin, end), expected) << n << " rows, row " << i << ", " << threshold;
        ASSERT_EQ(degrees[static_cast<size_t>(i)], expected.size());
      }
    }
  }
}

TEST(GraphOfCosines, NeighborsAreThoseOfALoop) {
  const oracle::Table rows = duplicates(130, 24, 3);
  const auto cosines = square(rows);
  Graph graph(rows);
  for (const int64_t k : {1, 10, 129}) {
    const NeighborTable table = graph.nearest(k);
    for (int64_t i = 0; i < 130; ++i) {
      const auto found = table.of(i);
      ASSERT_EQ(std::ssize(found), k);
      std::vector<double> sorted = cosines[static_cast<size_t>(i)];
      sorted.erase(sorted.begin() + i);
      std::ranges::sort(sorted, std::greater<>());
      for (int64_t place = 0; place < k; ++place) {
        const Neighbor& neighbor = found[static_cast<size_t>(place)];
        ASSERT_NE(neighbor.row, i);
        ASSERT_NEAR(neighbor.cosine, sorted[static_cast<size_t>(place)], 1e-13);
        ASSERT_NEAR(neighbor.cosine, cosines[static_cast<size_t>(i)][static_cast<size_t>(neighbor.row)], 1e-13);
        ASSERT_TRUE(place == 0 || found[static_cast<size_t>(place) - 1] < neighbor) << "out of order";
      }
    }
  }
}

TEST(GraphOfCosines, IdenticalRowsAreACompleteGraph) {
  Graph graph(identical(60, 8, 1));
  const std::vector<uint64_t> degrees = graph.degrees(1.0 - 1e-14);
  EXPECT_EQ(degrees, std::vector<uint64_t>(60, 59));
}

TEST(GraphOfCosines, ComponentsNeedNoEdges) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    Graph graph(gaussian(300, 6, seed));
    const NeighborTable nearest = graph.nearest(3);
    for (const double threshold : {-2.0, 0.5, 0.8, 0.9, 0.95, 0.97, 2.0}) {
      const std::vector<uint64_t> degrees = graph.degrees(threshold);
      const Partition plain = components(adjacency(graph.space, Precision::double_, threshold, degrees, {}));
      const Partition quick = components(graph.space, Precision::double_, threshold, degrees, nearest, {});
      EXPECT_EQ(plain.group, quick.group) << threshold;
      EXPECT_EQ(plain.sizes, quick.sizes) << threshold;
    }
  }
}

TEST(GraphOfCosines, ExpectedEdgesAreNear) {
  Graph graph(with_mean_cosine(600, 32, 0.3, 2));
  const std::vector<uint64_t> degrees = graph.degrees(0.4);
  const double edges = static_cast<double>(std::reduce(degrees.begin(), degrees.end())) / 2.0;
  EXPECT_NEAR(expected_edges(graph.space, {ThresholdRule::Kind::value, 0.4}, 0), edges, 0.02 * 600 * 599 / 2);
  EXPECT_EQ(expected_edges(graph.space, {ThresholdRule::Kind::edges, 17}, 0), 17.0);
}

/// Two cliques of `size` nodes, joined by one edge.
Adjacency two_cliques(int64_t size) {
  Adjacency graph;
  graph.offsets.push_back(0);
  for (int64_t i = 0; i < 2 * size; ++i) {
    for (int64_t j = 0; j < 2 * size; ++j) {
      const bool bridge = (i == size - 1 && j == size) || (i == size && j == size - 1);
      if (i == j || (i / size != j / size && !bridge)) continue;
      graph.columns.push_back(static_cast<int32_t>(j));
      graph.cosines.push_back(0.5F);
    }
    graph.offsets.push_back(std::ssize(graph.columns));
  }
  return graph;
}

TEST(Structure, FindsTwoPlantedCliques) {
  const Adjacency graph = two_cliques(20);
  EXPECT_EQ(components(graph).count(), 1);
  const auto found = igraph::communities(graph, 7);
  if (!found) GTEST_SKIP() << "this build has no igraph (libigraph-dev)";
  ASSERT_EQ(found->partition.sizes, (std::vector<int64_t>{20, 20}));
  for (int64_t i = 0; i < 40; ++i) EXPECT_EQ(found->partition.group[static_cast<size_t>(i)], i / 20);
  // 381 edges, 190 in each; degrees of each sum to half.
  EXPECT_NEAR(found->modularity, 380.0 / 381.0 - 0.5, 1e-15);
  const auto again = igraph::communities(graph, 7);
  EXPECT_EQ(found->partition.group, again->partition.group);
}

/// By how much moving `node` to `group` would raise (2m)² times the modularity, from its definition.
int64_t gain(const Adjacency& graph, std::vector<int64_t> groups, int64_t node, int64_t group) {
  const auto score = [&] {
    const auto ends = std::ssize(graph.columns);
    int64_t sum = 0;
    for (int64_t i = 0; i < graph.nodes(); ++i) {
      const auto degree = [&](int64_t of) {
        return graph.offsets[static_cast<size_t>(of) + 1] - graph.offsets[static_cast<size_t>(of)];
      };
      for (int64_t k = graph.offsets[static_cast<size_t>(i)]; k < graph.offsets[static_cast<size_t>(i) + 1]; ++k) {
        const auto j = static_cast<size_t>(graph.columns[static_cast<size_t>(k)]);
        if (groups[static_cast<size_t>(i)] == groups[j]) sum += ends;
      }
      for (int64_t j = 0; j < graph.nodes(); ++j) {
        if (groups[static_cast<size_t>(i)] == groups[static_cast<size_t>(j)]) sum -= degree(i) * degree(j);
      }
    }
    return sum;
  };
  const int64_t before = score();
  groups[static_cast<size_t>(node)] = group;
  return score() - before;
}

TEST(Structure, NoSingleMoveImprovesTheCommunities) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    Graph graph(gaussian(90, 16, seed));
    const double threshold = 0.2;
    const Adjacency edges = adjacency(graph.space, Precision::double_, threshold, graph.degrees(threshold), {});
    const auto found = igraph::communities(edges, seed);
    if (!found) GTEST_SKIP() << "this build has no igraph (libigraph-dev)";
    for (int64_t node = 0; node < edges.nodes(); ++node) {
      // One group more than there are: the node by itself.
      for (int64_t group = 0; group <= found->partition.count(); ++group) {
        ASSERT_LE(gain(edges, found->partition.group, node, group), 0) << seed << ": " << node << " to " << group;
      }
    }
  }
}

TEST(Structure, OfAGraphWithoutEdges) {
  const Adjacency graph = {{0, 0, 0, 0}, {}, {}};
  EXPECT_EQ(components(graph).sizes, (std::vector<int64_t>{1, 1, 1}));
  EXPECT_TRUE(std::isnan(modularity(graph, components(graph).group)));
  const auto found = igraph::communities(graph, 0);
  EXPECT_EQ(found ? found->partition.count() : 3, 3);
}

TEST(Structure, ClusteringIsTheShareOfJoinedNeighbors) {
  const Adjacency graph = two_cliques(4);
  const std::vector<int64_t> nodes = {0, 3};
  const std::vector<double> shares = local_clustering(graph, nodes);
  EXPECT_EQ(shares[0], 1.0);
  EXPECT_EQ(shares[1], 0.5);  // three of six pairs
}

TEST(Structure, GroupsAreNumberedBySize) {
  const std::vector<int64_t> labels = {9, 4, 4, 7, 4, 7};
  const Partition partition = partition_by(labels);
  EXPECT_EQ(partition.sizes, (std::vector<int64_t>{3, 2, 1}));
  EXPECT_EQ(partition.group, (std::vector<int64_t>{2, 0, 0, 1, 0, 1}));
}

}  // namespace
}  // namespace gramian::testing
