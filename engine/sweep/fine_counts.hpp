#pragma once
// Which histograms and brackets lie on the fine grid of engine/sweep/sweep.hpp, and how they are derived from its
// counts.

#include <cstdint>
#include <vector>

#include "engine/sweep/sweep.hpp"

namespace gramian {

/// The fine bin that holds x, -1 <= x <= 1.
int64_t fine_bin(double x);
/// Every edge of the histogram is an edge of the fine grid.
bool on_fine_grid(const HistogramSpec& spec);
/// The bracket is a run of whole fine bins, for cosines of type f64 (`wide`) or f32.
bool on_fine_grid(const Bracket& bracket, bool wide);
/// The histogram `spec`, which lies on the grid, from counts on the grid.
HistogramCounts coarsen(const std::vector<uint64_t>& fine, const HistogramSpec& spec);

}  // namespace gramian
