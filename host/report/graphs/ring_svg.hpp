#pragma once
// The graph as a ring: a picture of up to a few thousand nodes.

#include <cstdint>
#include <string>

#include "host/report/drawing/theme.hpp"
#include "host/report/graphs/named_graph.hpp"

namespace gramian::host {

enum class RingOrder : uint8_t {
  rows,       // node i of n at angle i 2π/n
  community,  // the same of nodes sorted by community, and by degree in each
};

/// SVG 1.1, counterclockwise from the right; a dot's radius is 3 sqrt(degree) in the picture's units, whose ring grows
/// with the dots, and its colour that of its community, where there are communities; edges are straight, coloured on
/// the plasma map over
/// [`threshold`, largest cosine], weak ones first; labels are turned outward, every one up to 200 nodes and beyond that
/// those of the largest hubs that find room; below, the caption, and a colour bar. The id of a dot is "n" + its node.
/// The file grows by about 20 bytes an edge.
std::string ring_svg(const NamedGraph& graph, double threshold, const Theme& theme = kLight,
                     RingOrder order = RingOrder::rows);

}  // namespace gramian::host
