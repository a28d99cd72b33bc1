#pragma once
// Every question that there is.

#include <memory>
#include <string_view>
#include <vector>

#include "host/questions/question.hpp"

namespace gramian::questions {

/// In the order in which they are listed.
std::vector<std::unique_ptr<AnyQuestion>> all_questions();

}  // namespace gramian::questions
