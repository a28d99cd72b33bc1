#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/questions/rows/text_input.hpp"
#include "host/questions/run/run.hpp"

namespace gramian::questions {

/// Rows of the matrix that a target word stands for: one of its forms that is a token, that which the text has most
/// often and of equals the one that the word is within a text; else its pieces. Throws InvalidUsage for a word that is
/// neither.
std::vector<int64_t> find_target(Run& run, const Input& input, const TextInput& text, const std::string& word);

}  // namespace gramian::questions
