#pragma once
// Which histograms and brackets lie on the fine grid (engine/cosines/fine_grid.hpp), and how they are derived from
// counts on it.

#include <cstdint>
#include <vector>

#include "engine/reductions/bracket.hpp"
#include "engine/reductions/histogram.hpp"

namespace gramian {

/// The fine bin that holds x, -1 <= x <= 1.
int64_t fine_bin(double x);
/// Every edge of the histogram is an edge of the fine grid.
bool on_fine_grid(const Histogram& histogram);
/// The bracket is a run of whole fine bins, for cosines of type f64 (`wide`) or f32.
bool on_fine_grid(const Bracket& bracket, bool wide);
/// The finding of `histogram`, whose edges lie on the grid, from counts on the grid.
Histogram::Found coarsen(const std::vector<uint64_t>& fine, const Histogram& histogram);

}  // namespace gramian
