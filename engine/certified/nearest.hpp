#pragma once

#include "engine/certified/certified_sweep.hpp"

namespace gramian {

/// As many more neighbours as it takes for most rows to be decided by what was kept.
Nearest widened_nearest(const Nearest& wanted);

/// The `k` nearest neighbours of every row by canonical cosines, which they are listed with, from the `table` of a
/// widened request.
NeighborTable certified_nearest(Space& space, const UnitRows& rows, const NeighborTable& table, int64_t k,
                                const Progress& progress, Certified& certified);

}  // namespace gramian
