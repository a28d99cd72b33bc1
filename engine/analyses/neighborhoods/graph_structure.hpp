#pragma once
// The structure of a graph of cosines: connected components, communities, modularity, clustering.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/analyses/neighborhoods/graph.hpp"

namespace gramian {

/// A partition of the nodes. Groups are numbered by size, largest first, equal ones by their first node.
struct Partition {
  std::vector<int64_t> group;  // a node
  std::vector<int64_t> sizes;  // a group
  int64_t count() const { return std::ssize(sizes); }
};

/// The partition of nodes that have the same label.
Partition partition_by(std::span<const int64_t> labels);

/// Connected components.
Partition components(const Adjacency& graph);

/// Connected components of the thresholded graph without forming all of its edges. `nearest` holds the nearest
/// neighbours of every row (any k >= 1), `degrees` those of the same threshold. Neighbours that reach the threshold are
/// edges; what they join is joined. Of the parts so found all but the largest then form their rows of the matrix: an
/// edge that joins two parts has an end in one of them.
Partition components(Space& space, Precision precision, double threshold, std::span<const uint64_t> degrees,
                     const NeighborTable& nearest, const Progress& progress);

/// Communities, and who found them.
struct Communities {
  Partition partition;
  double modularity = 0.0;  // see modularity(); NaN without edges
  std::string library;      // "igraph 0.10.2"
  std::string method;       // "Leiden, modularity, edges without weights"
  uint64_t seed = 0;
};

/// Newman's modularity of a partition, edges without weights: Σ_groups (e_c/m − (d_c/2m)²), with e_c edges inside, d_c
/// the sum of degrees, m edges in all (Newman & Girvan 2004, doi:10.1103/PhysRevE.69.026113). NaN without edges.
double modularity(const Adjacency& graph, std::span<const int64_t> group);

/// The local clustering coefficient of every listed node: the share of pairs of its neighbours that are joined (Watts &
/// Strogatz 1998, doi:10.1038/30918). NaN where it has fewer than two neighbours.
std::vector<double> local_clustering(const Adjacency& graph, std::span<const int64_t> nodes);

}  // namespace gramian
