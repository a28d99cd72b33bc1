#pragma once
// Canonical cosines of many pairs.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/cosines/pair.hpp"
#include "engine/on_host/canonical_rows.hpp"
#include "engine/rows.hpp"

namespace gramian::on_host {

/// The canonical cosines (engine/cosines/canonical_cosine.hpp) of rows i of a and j of b. The transforms are taken
/// without their scaling.
std::vector<double> canonical_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs, const CanonicalDots& dots,
                                      int threads);

}  // namespace gramian::on_host
