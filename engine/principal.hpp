#pragma once
// Principal directions of a set of rows: what all-but-the-top removes, and what whitening scales.

#include <cstdint>
#include <optional>

#include "engine/backend.hpp"

namespace gramian {

/// The first `count` principal directions of the transformed rows, count x d, orthonormal; `transform` has centred
/// them. 0 <= count <= d.
DenseMatrix principal_directions(Backend& backend, const DeviceRows& rows, const RowTransform& transform,
                                 int64_t count);

/// Rows as coordinates along their first principal directions.
struct PrincipalMap {
  std::optional<int64_t> dims;  // so many; nothing: all of them, or when whitening those along which rows differ
  bool whiten = false;          // each scaled to variance 1 (ddof 1), so that the covariance is the identity
};

/// The map, dims x d, of the transformed rows; `transform` has centred them. The largest entry of every direction is
/// positive. Whitened, yₖ = <vₖ, x> √(n−1)/σₖ with the singular values σₖ of the rows: PCA whitening, as in Su et al.
/// 2021 (arXiv:2103.15316). Directions with σₖ <= max(n, d) ε σ₁ are those along which rows do not differ.
/// Throws InvalidSetting("dims") for more than min(n − 1, d) less the directions that `transform` removes, or when
/// whitening more than rows differ along.
DenseMatrix principal_map(Backend& backend, const DeviceRows& rows, const RowTransform& transform,
                          const PrincipalMap& wanted);

}  // namespace gramian
