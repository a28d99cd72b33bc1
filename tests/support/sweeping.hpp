#pragma once
// The findings of a sweep, counted again by plain loops from the dense cosines of the same sweep.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/matrix.hpp"
#include "engine/sweep/sweep.hpp"
#include "tests/support/random.hpp"
#include "tests/support/requests.hpp"

namespace gramian::testing {

/// A matrix made ready for sweeps on one backend, by itself or together with a partner.
struct Prepared {
  Prepared(Backend& backend, const Matrix& matrix, Precision precision, const UnitRows* partner = nullptr);
  Backend* backend;
  std::unique_ptr<DeviceRows> stored;
  std::unique_ptr<UnitRows> rows;

  SweepState sweep(const SweepRequest& request, int64_t edge) const;
  SweepState sweep(const SweepRequest& request, int64_t edge, TileRange range) const;
};

/// The cosines of a state whose first finding is Dense, in (i, j) order.
std::vector<double> cosines_in(const SweepState& state, const SweepShape& shape);

/// Fails (non-fatally) wherever `state` is not what `request` asks for, given its dense cosines, which come first.
void expect_consistent(const SweepState& state, const SweepRequest& request, const SweepShape& shape);
void expect_consistent(const SweepState& state, const SweepRequest& request, int64_t n, CosineType type);

/// All of a state's bytes; equal for equal states. Kept values must have been put in order by canonicalize().
std::string bytes_of(const SweepState& state);

/// Sweeps `parts` random disjoint ranges that cover the grid, and merges them in random order and grouping.
SweepState swept_in_parts(const UnitRows& a, const UnitRows& b, Backend& backend, const SweepRequest& request,
                          const TileGrid& grid, int64_t parts, Random& random);
SweepState swept_in_parts(const Prepared& prepared, const SweepRequest& request, int64_t edge, int64_t parts,
                          Random& random);

}  // namespace gramian::testing
