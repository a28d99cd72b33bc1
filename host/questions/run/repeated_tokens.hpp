#pragma once

#include <span>
#include <string>

#include "host/questions/run/run.hpp"

namespace gramian::questions {

/// Notes of those of `tokens` that stand on several rows that their first row is taken.
void note_repeated_tokens(Run& run, const Input& input, std::span<const std::string> tokens);

}  // namespace gramian::questions
