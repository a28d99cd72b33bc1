#pragma once
// How evenly unit rows spread over all directions.

#include "engine/space.hpp"

namespace gramian {

/// With μ the mean unit row and A = Σ (x̂ᵢ − μ)(x̂ᵢ − μ)ᵀ:
struct Isotropy {
  double mean_vector_norm = 0.0;     // ‖μ‖: 0 for directions without a bias, 1 where all rows point one way
  double participation_ratio = 0.0;  // tr(A)²/‖A‖_F²: how many directions carry the variance, 1..d; NaN where A is 0
};

Isotropy isotropy(Space& space);

}  // namespace gramian
