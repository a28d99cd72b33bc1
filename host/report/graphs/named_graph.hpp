#pragma once
// A graph with everything that pictures and exchange formats say of it.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>

#include "engine/analyses/neighborhoods/graph.hpp"

namespace gramian::host {

struct NamedGraph {
  const Adjacency& graph;
  std::span<const std::string> tokens;   // a node; bytes as they are, empty where a row has no token
  std::span<const int64_t> rows;         // a node: its row in the matrix
  std::span<const int64_t> communities;  // a node: its community, the largest is 0; or nothing
  std::string title;                     // a line, e.g. "king.npy"
  std::string threshold;                 // what an edge is, e.g. "cosine >= 0.41 (median + 1 sd)"

  int64_t degree(int64_t node) const {
    return graph.offsets[static_cast<size_t>(node) + 1] - graph.offsets[static_cast<size_t>(node)];
  }
  /// The token, or "row 17".
  std::string name(int64_t node) const {
    const std::string& token = tokens[static_cast<size_t>(node)];
    return token.empty() ? "row " + std::to_string(rows[static_cast<size_t>(node)]) : token;
  }
};

/// Calls visit(i, j, cosine) for every edge once, i < j, ascending.
template <class Visit>
void for_each_edge(const Adjacency& graph, Visit&& visit) {
  for (int64_t i = 0; i < graph.nodes(); ++i) {
    for (auto k = static_cast<size_t>(graph.offsets[static_cast<size_t>(i)]);
         k < static_cast<size_t>(graph.offsets[static_cast<size_t>(i) + 1]); ++k) {
      if (graph.columns[k] > i) visit(i, int64_t{graph.columns[k]}, graph.cosines[k]);
    }
  }
}

/// Angle of node i of n on the ring, counterclockwise from the right: i 2π/n, so that the last one does not meet the
/// first.
inline double ring_angle(int64_t i, int64_t n) {
  return 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
}

/// Size of a node's dot.
inline double dot_size(int64_t degree) { return 3.0 * std::sqrt(static_cast<double>(degree)); }

}  // namespace gramian::host
