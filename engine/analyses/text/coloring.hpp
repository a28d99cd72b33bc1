#pragma once
// A value for every token of a text, and its place on a scale: what a text is painted by.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/analyses/distribution/unit_row_sum.hpp"
#include "engine/space.hpp"

namespace gramian {

/// In place of a row of the space: a token out of vocabulary.
inline constexpr int64_t kNoRow = -1;

/// Below, `rows` are a text's tokens in their order, rows of the space or kNoRow; the result has a value a token, NaN
/// for one without a value. All in fp64.

/// ‖v‖, after preprocessing.
std::vector<double> norms_along(Space& space, std::span<const int64_t> rows);
/// The cosine to the token before; the first has none, nor has one after a token without a row. Exactly 1 for a row
/// after itself. O(distinct pairs d).
std::vector<double> cosines_to_previous(Space& space, std::span<const int64_t> rows);
/// The cosine to a target (unit_row_sum.hpp). Exactly 1 for the row that is the target. O(distinct rows d).
std::vector<double> cosines_to_target(Space& space, std::span<const int64_t> rows, const UnitRowSum& target);

/// The smallest and the largest of the values that are not NaN; both NaN where there is none.
struct ValueRange {
  double lo = 0.0;
  double hi = 0.0;
};
ValueRange range_of(std::span<const double> values);

/// (v - lo) / (hi - lo), within [0, 1]; 0 where lo = hi; NaN stays NaN.
std::vector<double> scaled_to(std::span<const double> values, const ValueRange& range);

}  // namespace gramian
