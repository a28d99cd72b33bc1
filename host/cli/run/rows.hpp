#pragma once
// Rows of a space as results name them.

#include <cstdint>
#include <span>
#include <string>

#include "host/cli/run/json.hpp"
#include "host/cli/run/session.hpp"

namespace gramian::cli {

/// Row `i` of the space for people: its token between quotes, or "row 17".
std::string name_of(const Input& input, const Space& space, int64_t i);
/// [[token, number], ...] for the listed rows of the space; null for a row without a token.
template <class Number>
Json token_pairs(const Input& input, const Space& space, std::span<const int64_t> rows, Number&& number) {
  Json pairs = Json::array();
  for (const int64_t i : rows) {
    pairs.push_back(Json::array({token_json(input.vocabulary(), space.matrix_row(i)), number(i)}));
  }
  return pairs;
}
/// Numbers in the matrix of the listed rows of the space.
Json matrix_rows_json(const Space& space, std::span<const int64_t> rows);
/// rows.npy, the number in the matrix of every row of the space, where it is not the number in the space.
void add_rows_file(Session& session, const Input& input, const Space& space);
/// Counts in bins that double: [[0, 0, c], [1, 1, c], [2, 3, c], [4, 7, c], ...] as [first, last, count].
Json doubling_bins(std::span<const int64_t> values);

}  // namespace gramian::cli
