#pragma once
// Hierarchical clustering of a small set of rows.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/matrix.hpp"

namespace gramian {

/// Clusters 0 .. n-1 are the rows; merge k makes cluster n + k of a and b, a < b.
struct Merge {
  int64_t a = 0;
  int64_t b = 0;
  double height = 0.0;  // distance of a and b
  int64_t size = 0;     // rows in the new cluster
};

/// Average linkage (UPGMA) of n rows on the distances 1 - s_ij, s symmetric n x n: n - 1 merges, lowest first. Found by
/// chains of nearest neighbours (D. Müllner, Modern hierarchical, agglomerative clustering algorithms, 2011) in O(n²);
/// ties are settled as scipy.cluster.hierarchy.linkage settles them. Throws InvalidInput for a NaN.
std::vector<Merge> average_linkage(const DenseMatrix& cosines);

/// The rows as they stand under the tree, the child of lower number on the left: what similar rows are next to each
/// other in.
std::vector<int64_t> leaf_order(std::span<const Merge> merges);

/// The clusters that are left without the last merges: a number for each of the n rows, 0 .. `clusters` - 1 from left
/// to right under the tree. 1 <= clusters <= n.
std::vector<int64_t> cut_tree(std::span<const Merge> merges, int64_t clusters);

}  // namespace gramian
