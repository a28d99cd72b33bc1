#pragma once

#include "engine/certified/certified_sweep.hpp"

namespace gramian {

/// Makes the degrees that a sweep with a margin has found those of the canonical cosines.
void certify_degrees(Space& space, const UnitRows& rows, double threshold, Degrees::Found& found,
                     const Progress& progress, Certified& certified);

}  // namespace gramian
