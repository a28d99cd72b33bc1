#pragma once
// The graph as a ring: a picture of up to a few thousand nodes.

#include <string>

#include "host/report/graphs/named_graph.hpp"

namespace gramian::host {

/// SVG 1.1. Node i of n at angle i 2π/n, counterclockwise from the right; a dot's radius is 3 sqrt(degree) in the
/// picture's units, whose ring grows with the dots; edges are straight, coloured on the plasma map over
/// [`threshold`, largest cosine], weak ones first; labels are turned outward, every one up to 200 nodes and beyond that
/// those of the largest hubs that find room; below, the caption, and a colour bar. The id of a dot is "n" + its node.
/// The file grows by about 20 bytes an edge.
std::string ring_svg(const NamedGraph& graph, double threshold);

}  // namespace gramian::host
