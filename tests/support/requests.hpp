#pragma once
// Requests that tests make of a sweep.

#include <cstdint>

#include "engine/reductions/list.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian::testing {

/// Bins of very different widths, some of them too narrow for two fp32 numbers.
RankBins uneven_bins();
/// Where x belongs, by arithmetic of its own.
int64_t rank_bin(const RankBins& bins, double x);

/// Every primitive but Listed (listed_test.cpp), on the fine grid and off it, with values on edges where `data` has
/// such. The first is Dense.
SweepRequest everything(const SweepShape& shape);
/// Of a triangle.
SweepRequest everything(int64_t n, CosineType type);
/// Those of a request that do not say which rows they are about.
SweepRequest without_places(const SweepRequest& request);

}  // namespace gramian::testing
