#pragma once
// The reductions that one pass over cosines can compute. The set is closed: every question is expressed in these.
//
// Each kind says what is wanted, and in one place with it what is found (`Found`), what is found of no cosine at all
// (`nothing`), and how two findings over disjoint tiles become one (`merge`): exactly, in any order and grouping, with
// `nothing` neutral. A backend answers by std::visit, so that one which forgets a kind does not compile.

#include <variant>
#include <vector>

#include "engine/reductions/bracket.hpp"
#include "engine/reductions/degrees.hpp"
#include "engine/reductions/dense.hpp"
#include "engine/reductions/extremes.hpp"
#include "engine/reductions/histogram.hpp"
#include "engine/reductions/listed.hpp"
#include "engine/reductions/nearest.hpp"
#include "engine/reductions/probes.hpp"
#include "engine/reductions/rank_counts.hpp"

namespace gramian {

using Reduction = std::variant<Extremes, Histogram, Bracket, Probes, Dense, Nearest, Degrees, RankCounts, Listed>;

/// A request lists what one pass shall find. Requests become one by being put one behind the other.
using SweepRequest = std::vector<Reduction>;

template <class List>
struct FoundOf;
template <class... Kind>
struct FoundOf<std::variant<Kind...>> {
  using Type = std::variant<typename Kind::Found...>;
};
/// The finding of one reduction: the alternative of the same number.
using Found = FoundOf<Reduction>::Type;

}  // namespace gramian
