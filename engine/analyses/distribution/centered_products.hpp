#pragma once
// What Gram products of centred unit rows come to, through whichever side is the smaller.
//
// With Y (n x d) the centred unit rows of a space, A = YᵀY and K = YYᵀ:  tr A = tr K, ‖A‖_F = ‖K‖_F and
// μᵀAμ = Σ (μ·yᵢ)². With Z those of another, L = ZZᵀ and C = YᵀZ:  ‖C‖_F² = Σ KᵢⱼLᵢⱼ, μᵀCν = Σ (μ·yᵢ)(ν·zᵢ) and
// aᵀCb = Σ (a·yⱼ)(b·zⱼ). n x n products are formed where there are fewer rows than dimensions.

#include <cstdint>
#include <vector>

#include "engine/space.hpp"

namespace gramian {

struct OwnProducts {
  double trace = 0.0;       // tr A
  double squares = 0.0;     // ‖A‖_F²
  double along_mean = 0.0;  // μᵀAμ
};
OwnProducts own_products(Space& space);

struct CrossProducts {
  double squares = 0.0;      // ‖C‖_F²
  double along_means = 0.0;  // μᵀCν
};
/// Row i of `a` and row i of `b` belong together; d may differ. Throws InvalidUsage for different numbers of rows.
CrossProducts cross_products(Space& a, Space& b);

/// x̂ᵢᵀ C ẑᵢ of the unit rows themselves, a row each; of one space with itself, C = A. Throws as above.
std::vector<double> cross_forms(Space& a, Space& b);

/// ‖Σ yᵢzᵢᵀ‖_F² of rows under any transforms.
double squared_cross(Backend& backend, const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                     const RowTransform& tb);

/// Bytes that the functions above take of two spaces of n rows, d1 and d2 dimensions, at most at a time.
double cross_products_bytes(int64_t n, int64_t d1, int64_t d2);

}  // namespace gramian
