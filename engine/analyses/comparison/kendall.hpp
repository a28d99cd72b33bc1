#pragma once
// Kendall's tau-a of the cosines of two spaces, from a sample of pairs of tokens.

#include <cstdint>
#include <span>

#include "engine/space.hpp"

namespace gramian {

struct Kendall {
  double tau_a = 0.0;           // NaN for fewer than two pairs
  double standard_error = 0.0;  // of the sample; 0 where it is all pairs
  int64_t pairs = 0;            // in the sample
};

/// tau-a = Σ sign(sₚ − s_q) sign(tₚ − t_q) / (m(m − 1)) over ordered p ≠ q of m observations; ties count 0. With hₚ its
/// average over q, the standard error is that of a U-statistic of degree 2 (Hoeffding 1948): 2 sd(h)/√m.
/// O(m log m). Throws InvalidUsage for different lengths.
Kendall kendall(std::span<const double> s, std::span<const double> t);

/// Kendall's τ over `wanted` pairs of rows i < j, drawn uniformly with `seed`, or of all where there are no more;
/// canonical cosines, equal where fp64 cannot tell them apart (tied_ranks.hpp).
Kendall kendall_sample(Space& a, Space& b, int64_t wanted, uint64_t seed);

}  // namespace gramian
