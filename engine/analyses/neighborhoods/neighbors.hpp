#pragma once
// Nearest neighbours by cosine, and how unevenly they are spread (hubness).

#include <cstdint>
#include <span>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/space.hpp"

namespace gramian {

/// ‖x̂ − ŷ‖ = sqrt(2 − 2 cos), the distance between unit rows.
double chord_distance(double cosine);

/// Asks for the k nearest neighbours of every row; run_sweeps finds those of the canonical cosines (see
/// engine/certified/certified_sweep.hpp). Ties: lower row first; the row
/// itself is left out by its number, so duplicates of it are neighbours. Throws InvalidUsage unless 1 <= k < n.
Asked<Nearest> nearest_neighbors(const Space& space, int64_t k);

/// The k nearest neighbours of the listed rows only, in fp64, without a sweep: O(rows n d).
/// Throws InvalidUsage unless 1 <= k < n.
std::vector<std::vector<Neighbor>> neighbors_of(Space& space, std::span<const int64_t> rows, int64_t k);

/// All rows whose cosine to a listed row is at least `cosine`, nearest first, in fp64.
std::vector<std::vector<Neighbor>> neighbors_within(Space& space, std::span<const int64_t> rows, double cosine);

/// The distribution of the k-occurrence N_k(j): among how many rows' k nearest neighbours row j is
/// (Radovanović, Nanopoulos & Ivanović 2010).
struct Hubness {
  std::vector<int64_t> occurrences;  // n
  double skewness = 0.0;             // third standardized moment of N_k; 0 where all are equal
  int64_t antihubs = 0;              // rows with N_k = 0
  std::vector<int64_t> hubs;         // rows, largest N_k first, ties by row
};

/// `largest` hubs are listed at most.
Hubness hubness(const NeighborTable& table, int64_t largest);

/// Throws InvalidUsage unless a row of n has k others.
void check_neighbors(int64_t k, int64_t n);

/// Bytes of the table of the k nearest of n rows, and of a copy that grows in the sweep.
inline double neighbors_bytes(int64_t n, int64_t k) {
  return static_cast<double>(n) * static_cast<double>(k) * 2.0 * sizeof(Neighbor);
}

}  // namespace gramian
