#pragma once
// Which rows of an input are used, and how results name rows of a space.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/questions/question.hpp"

namespace gramian::questions {

/// Chooses the rows of `tokens` or, without them, all that have a token; then by their tokens, by limit and by sample.
/// Throws InvalidUsage for unknown tokens, InvalidInput where no row is left. Writes down that --remove-top implies
/// --center.
void choose_rows(Run& run, Input& input, RowOptions& options);
/// The same for the distinct tokens of a text, where one was given.
void choose_rows(Run& run, Input& input, RowOptions& options, const TextOptions& text);

/// Row `i` of the space for people: its token between quotes, or "row 17".
std::string name_of(const Input& input, const Space& space, int64_t i);
/// A row's token, or null where it has none.
Json token_json(const Vocabulary* vocabulary, int64_t row);
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
std::vector<int64_t> matrix_rows_of(const Space& space, std::span<const int64_t> rows);
/// rows.npy, the number in the matrix of every row of the space, where it is not the number in the space.
void note_rows_file(Run& run, const Input& input, const Space& space);
void add_rows_file(Files& files, const Input& input, const Space& space);
/// Counts in bins that double: [[0, 0, c], [1, 1, c], [2, 3, c], [4, 7, c], ...] as [first, last, count].
Json doubling_bins(std::span<const int64_t> values);
Json to_json(const DenseMatrix& matrix);

}  // namespace gramian::questions
