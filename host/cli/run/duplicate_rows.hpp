#pragma once

#include <cstdint>
#include <span>

#include "engine/matrix.hpp"

namespace gramian::cli {

/// How many of the listed rows hold, as fp64, the same bytes as an earlier one of the list.
int64_t count_duplicate_rows(const MatrixView& view, std::span<const int64_t> rows, int threads);

}  // namespace gramian::cli
