#pragma once
// Tokens that were asked for by name.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/questions/run/run.hpp"

namespace gramian::questions {

/// Those of `tokens` that the input has, in their order. Throws InvalidUsage that names all others with their nearest
/// spellings, unless `skip_unknown`: then they are noted, and the result lists them; some must be left.
std::vector<std::string> known_tokens(Run& run, const Input& input, const std::vector<std::string>& tokens,
                                      bool skip_unknown);

/// `"banana", "kiwi", ...`: the first few.
std::string in_words(std::span<const std::string> tokens);

/// Notes of those of `tokens` that stand on several rows that their first row is taken.
void note_repeated_tokens(Run& run, const Input& input, std::span<const std::string> tokens);

}  // namespace gramian::questions
