// Average linkage against its definition; scipy's is compared with in tests/host/cli.

#include "engine/analyses/neighborhoods/hierarchy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "engine/error.hpp"
#include "tests/oracle/oracle.hpp"
#include "tests/support/data.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

oracle::Table square(const oracle::Table& rows) {
  oracle::Table s(rows.rows, rows.rows);
  const std::vector<double> cosines = oracle::cosines(rows);
  size_t pair = 0;
  for (int64_t i = 0; i < rows.rows; ++i) {
    s.at(i, i) = 1.0;
    for (int64_t j = i + 1; j < rows.rows; ++j) s.at(i, j) = s.at(j, i) = cosines[pair++];
  }
  return s;
}

DenseMatrix dense(const oracle::Table& table) {
  DenseMatrix matrix(table.rows, table.cols);
  matrix.values = table.values;
  return matrix;
}

TEST(Hierarchy, IsAverageLinkage) {
  for (const int64_t n : {1, 2, 3, 4, 10, 33, 60}) {
    for (const uint64_t seed : {1, 2, 3}) {
      SCOPED_TRACE(n);
      const oracle::Table cosines = square(with_mean_cosine(n, 7, 0.3, seed));
      const std::vector<Merge> merges = average_linkage(dense(cosines));
      const std::vector<oracle::Joined> expected = oracle::average_linkage(cosines);
      ASSERT_EQ(merges.size(), expected.size());
      std::vector<int64_t> size(static_cast<size_t>(2 * n), 1);
      for (size_t k = 0; k < merges.size(); ++k) {
        EXPECT_EQ(merges[k].a, expected[k].a) << k;
        EXPECT_EQ(merges[k].b, expected[k].b) << k;
        EXPECT_NEAR(merges[k].height, expected[k].height, kLinkageTolerance) << k;
        const int64_t both = size[static_cast<size_t>(merges[k].a)] + size[static_cast<size_t>(merges[k].b)];
        EXPECT_EQ(merges[k].size, both) << k;
        size[static_cast<size_t>(n) + k] = both;
      }
    }
  }
}

TEST(Hierarchy, TiesAndEqualRows) {
  // Cosines are multiples of 1/8, and a third of the rows repeat others: the tree is not unique, its heights are.
  for (const oracle::Table& rows : {lattice(40, 3), identical(9, 4, 1)}) {
    const oracle::Table cosines = square(rows);
    const std::vector<Merge> merges = average_linkage(dense(cosines));
    ASSERT_EQ(std::ssize(merges), rows.rows - 1);
    EXPECT_TRUE(std::ranges::is_sorted(merges, {}, &Merge::height));
    EXPECT_EQ(merges.back().size, rows.rows);
    // Two merged clusters are as far apart as the merge says, by the definition.
    std::vector<std::vector<int64_t>> members(static_cast<size_t>(2 * rows.rows));
    for (int64_t i = 0; i < rows.rows; ++i) members[static_cast<size_t>(i)] = {i};
    for (size_t k = 0; k < merges.size(); ++k) {
      const auto& a = members[static_cast<size_t>(merges[k].a)];
      const auto& b = members[static_cast<size_t>(merges[k].b)];
      double sum = 0.0;
      for (const int64_t i : a) {
        for (const int64_t j : b) sum += 1.0 - cosines.at(i, j);
      }
      EXPECT_NEAR(merges[k].height, sum / static_cast<double>(a.size() * b.size()), kLinkageTolerance) << k;
      auto& both = members[static_cast<size_t>(rows.rows) + k];
      both = a;
      both.insert(both.end(), b.begin(), b.end());
    }
  }
}

TEST(Hierarchy, OrderOfLeaves) {
  EXPECT_EQ(leaf_order({}), std::vector<int64_t>{0});
  // scipy.cluster.hierarchy.leaves_list
  const std::vector<Merge> merges = {{1, 3, 0.1, 2}, {0, 2, 0.2, 2}, {4, 5, 0.5, 4}};
  EXPECT_EQ(leaf_order(merges), (std::vector<int64_t>{1, 3, 0, 2}));
  const std::vector<int64_t> order = leaf_order(average_linkage(dense(square(gaussian(50, 5, 1)))));
  std::vector<int64_t> sorted = order;
  std::ranges::sort(sorted);
  std::vector<int64_t> all(50);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
}

TEST(Hierarchy, ACutLeavesTheClustersBelowIt) {
  const std::vector<Merge> merges = {{1, 3, 0.1, 2}, {0, 2, 0.2, 2}, {4, 5, 0.5, 4}};
  EXPECT_EQ(cut_tree(merges, 1), (std::vector<int64_t>{0, 0, 0, 0}));
  EXPECT_EQ(cut_tree(merges, 2), (std::vector<int64_t>{1, 0, 1, 0}));
  EXPECT_EQ(cut_tree(merges, 3), (std::vector<int64_t>{1, 0, 2, 0}));
  EXPECT_EQ(cut_tree(merges, 4), (std::vector<int64_t>{2, 0, 3, 1}));
  EXPECT_EQ(cut_tree({}, 1), std::vector<int64_t>{0});
}

TEST(Hierarchy, RefusesNaN) {
  DenseMatrix cosines(3, 3);
  cosines(0, 2) = std::nan("");
  EXPECT_THROW(average_linkage(cosines), InvalidInput);
}

}  // namespace
}  // namespace gramian::testing
