#pragma once
// Finds the token that a person has typed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"

namespace gramian::host {

/// The row of `token` as given, else as the beginning of a word (`Ġtoken`, `▁token`).
std::optional<int64_t> find_token(const Vocabulary& vocabulary, std::string_view token);

/// Up to `count` tokens that differ from `token` by the fewest edits: characters inserted, deleted or replaced, or two
/// neighbours transposed; at most a third of its length (at least 2). The nearest come first, then those of lower rows.
/// Marks of word beginnings, case, and composed or decomposed accents (NFC, NFD) make no difference.
std::vector<std::string> nearest_spellings(const Vocabulary& vocabulary, std::string_view token, size_t count);

}  // namespace gramian::host
