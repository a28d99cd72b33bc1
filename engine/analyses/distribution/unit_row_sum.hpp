#pragma once
// A weighted sum of unit rows, and cosines to it: word arithmetic, and words of several tokens.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

/// s = Σ_k weight_k x̂_{row_k}, of unit rows of a space. With weights 1, 1 and -1 the order of the cosines to s is that
/// of 3CosAdd (O. Levy and Y. Goldberg 2014).
struct UnitRowSum {
  struct Term {
    int64_t row = 0;  // in the space
    double weight = 1.0;
  };
  std::vector<Term> terms;  // a row at most once
};

/// The term of each row once, with the sum of its weights, in the order of first mention. Weights that are enormous or
/// tiny are first scaled by one power of two, which leaves the direction as it is.
UnitRowSum merged(const std::vector<UnitRowSum::Term>& terms);

/// The mean of the rows as they are before scaling to length 1, up to a factor: weights are their norms.
UnitRowSum mean_of_rows(Space& space, std::span<const int64_t> rows);

/// cos(s, x̂_i) for the listed rows i, in fp64, from cosines of the terms and without a sweep: O(terms (rows + terms)
/// d). The row of a sum's only term has exactly 1 (-1 where its weight is negative). Throws InvalidInput where the
/// terms cancel: a sum of less than 1e-12 of their weights has no direction.
std::vector<double> cosines_to(Space& space, const UnitRowSum& sum, std::span<const int64_t> rows);

/// The k rows nearest to s, or with `least` those with at least that cosine and at most k of them; rows of terms are
/// left out unless `include_terms`. Throws InvalidUsage unless there are k rows.
std::vector<Neighbor> neighbors_of(Space& space, const UnitRowSum& sum, std::optional<int64_t> k,
                                   std::optional<double> least, bool include_terms);

}  // namespace gramian
