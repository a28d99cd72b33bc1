#pragma once
// One pass over cosines, and what it leaves behind.
//
// A sweep walks the tiles of S = X̂X̂ᵀ above the diagonal, or all tiles of S = X̂Ŷᵀ, and feeds every reduction of a
// request with each cosine once. Its SweepState merges: merge(sweep(range 1), sweep(range 2)) == sweep(range 1 + range
// 2), exactly, in any order and for any split of the tiles. Threads, devices and processes all rest on that.

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "engine/reductions/list.hpp"
#include "engine/sweep/tiles.hpp"

namespace gramian {

/// The findings of a sweep over some tiles: those of every reduction of the request, at the same place.
struct SweepState {
  uint64_t pairs = 0;
  std::vector<Found> found;

  /// The finding of reduction `place`, which is a `Kind`.
  template <class Kind>
  typename Kind::Found& of(size_t place) {
    return std::get<typename Kind::Found>(found[place]);
  }
  template <class Kind>
  const typename Kind::Found& of(size_t place) const {
    return std::get<typename Kind::Found>(found[place]);
  }
};

/// The cosines that a grid over rows of this type of cosines cuts into tiles.
SweepShape shape_of(const TileGrid& grid, CosineType type);

/// The state where there is no tile: every finding has its right size.
SweepState nothing(const SweepRequest& request, const SweepShape& shape);

/// Adds `part` to `into`. Both must come from the same request and rows, over disjoint tiles; a default-constructed
/// state is neutral as well. Associative and commutative up to the order of kept values; canonicalize() removes it.
void merge(SweepState& into, SweepState&& part);

/// Sorts what is kept in no particular order, so that equal states are equal byte for byte.
void canonicalize(SweepState& state);

/// A request without repetition, as backends get it, and what of it answers the original one.
///
/// It holds at most one Extremes, one Probes, one Dense, one RankCounts and one Nearest a side (of the largest k that
/// was asked for), and no two equal Histograms, Brackets or Degrees.
struct NormalRequest {
  explicit NormalRequest(const SweepRequest& request);

  SweepRequest request;
  /// Moves what was found of it to where it was asked for.
  SweepState answer(SweepState&& state, const SweepRequest& original) const;

 private:
  std::vector<size_t> places_;               // of the original's reductions
  std::vector<std::vector<size_t>> probes_;  // a reduction of the original: its pairs among the united ones
};

}  // namespace gramian
