#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "engine/matrix.hpp"

namespace gramian::questions {

/// How many of the listed rows hold, as fp64, the same bytes as an earlier one of the list. Calls `check` now
/// and then, from any thread.
int64_t count_duplicate_rows(const MatrixView& view, std::span<const int64_t> rows, int threads,
                             const std::function<void()>& check);

}  // namespace gramian::questions
