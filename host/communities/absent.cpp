// A build without igraph.
#include "host/communities/communities.hpp"

namespace gramian::igraph {

std::optional<Communities> communities(const Adjacency& /*graph*/, uint64_t /*seed*/) { return std::nullopt; }

}  // namespace gramian::igraph
