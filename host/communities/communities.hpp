#pragma once
// Communities by igraph (https://igraph.org), a library under the GPL: whether it is there is decided when building
// (GRAMIAN_IGRAPH), and nothing else of Gramian links it.

#include <cstdint>
#include <optional>

#include "engine/analyses/neighborhoods/graph_structure.hpp"

namespace gramian::igraph {

/// Communities by the Leiden algorithm, modularity as objective, edges without weights, repeated until nothing moves
/// (Traag, Waltman & van Eck 2019, doi:10.1038/s41598-019-41695-z). The same graph and seed give the same communities.
/// Nothing where this build has no igraph. Takes about 100 bytes an edge. Throws OutOfMemory. Not for several threads
/// at once: igraph has one random generator.
std::optional<Communities> communities(const Adjacency& graph, uint64_t seed);

}  // namespace gramian::igraph
