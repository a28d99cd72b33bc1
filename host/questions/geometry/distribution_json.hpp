#pragma once

#include <cstdint>
#include <span>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/vocabulary.hpp"
#include "host/questions/json/json.hpp"

namespace gramian::questions {

/// `rows`: number in the matrix of every row of the space.
Json to_json(const Distribution& distribution, std::span<const int64_t> rows, const Vocabulary* vocabulary);

}  // namespace gramian::questions
