#pragma once
// result.json: keys in the order in which they were set, numbers with all their digits, NaN and infinity as null.

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/matrix.hpp"
#include "engine/vocabulary.hpp"

namespace gramian::cli {

using Json = nlohmann::ordered_json;

/// Indented, with arrays of numbers and strings on one line.
std::string json_text(const Json& json);

Json to_json(const DenseMatrix& matrix);
/// A row's token, or null where it has none.
Json token_json(const Vocabulary* vocabulary, int64_t row);
/// `rows`: number in the matrix of every row of the space.
Json to_json(const Distribution& distribution, std::span<const int64_t> rows, const Vocabulary* vocabulary);

}  // namespace gramian::cli
