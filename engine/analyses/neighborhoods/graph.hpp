#pragma once
// The thresholded graph of cosines: nodes are rows, an edge joins i ≠ j where s_ij >= T.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/plan.hpp"
#include "engine/space.hpp"

namespace gramian {

/// How the threshold T is chosen.
struct ThresholdRule {
  enum class Kind : uint8_t {
    median_sd,  // T = median + number · sd
    value,      // T = number
    quantile,   // T = the quantile `number` of all cosines
    edges,      // T = the number-th largest cosine: the strongest so many edges, and those equal to the last
  };
  Kind kind = Kind::median_sd;
  double number = 1.0;
};

/// The threshold of `rule`. `distribution` must hold what the rule needs: see threshold_settings.
double threshold_of(const ThresholdRule& rule, const Distribution& distribution);

/// `settings` with what `rule` needs added to it. Throws InvalidUsage for a quantile outside [0, 1] or a number of
/// edges that is not between 1 and the number of pairs.
DistributionSettings threshold_settings(const ThresholdRule& rule, DistributionSettings settings, int64_t pairs);

/// About how many edges the graph will have, before any sweep: from the rule where it says so, else from `sampled`
/// pairs. Good to a few per cent of all pairs / sqrt(sampled), no bound.
double expected_edges(Space& space, const ThresholdRule& rule, uint64_t seed, int64_t sampled = 16384);

/// Edges of a graph whose rows have these degrees: half their sum.
int64_t edge_count(const Counts& degrees);

/// An undirected graph in compressed sparse rows: every edge appears at both of its ends, columns ascend, no loops.
struct Adjacency {
  std::vector<int64_t> offsets;  // nodes + 1
  std::vector<int32_t> columns;
  std::vector<float> cosines;  // as columns
  int64_t nodes() const { return std::ssize(offsets) - 1; }
  int64_t edges() const { return std::ssize(columns) / 2; }
};

/// Forms the thresholded matrix band by band, top to bottom, in bounded memory: about `band_bytes` a band, given what
/// Degrees finds at the same threshold. `sink` gets each band and the row it begins at, in order, from
/// another thread while the next band is formed: two bands are held at once. What it throws is thrown here.
void for_each_band(Space& space, Precision precision, double threshold, std::span<const uint64_t> degrees,
                   int64_t band_bytes, const std::function<void(int64_t begin, const CsrBand& band)>& sink,
                   const Progress& progress);

/// The whole thresholded graph in memory.
Adjacency adjacency(Space& space, Precision precision, double threshold, std::span<const uint64_t> degrees,
                    const Progress& progress);

/// The undirected graph that joins i and j where either is among the other's neighbours in `table`: the k-nearest
/// neighbour backbone.
Adjacency neighbor_graph(const NeighborTable& table);

/// Rows by degree, largest first, ties by row; `largest` at most.
std::vector<int64_t> hubs(std::span<const uint64_t> degrees, int64_t largest);

/// Bytes of a graph that is held, and of what is found out about it.
inline double adjacency_bytes(int64_t edges) {
  return static_cast<double>(edges) * (2.0 * (sizeof(int32_t) + sizeof(float)) + 100.0);
}

}  // namespace gramian
