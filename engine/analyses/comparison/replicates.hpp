#pragma once
// What follows from the correlations of replicates, however they were found.

#include "engine/analyses/comparison/rsa_inference.hpp"

namespace gramian {

/// Fills in the rest of a test whose null correlations are known. Those within `tie` of the observed one reach it: a
/// relabelling that changes nothing must.
void conclude(PermutationTest& test, double observed, bool two_sided, double tie);

/// Fills in the rest of an interval whose values are known, NaN where there is none.
void conclude(BootstrapInterval& interval, double confidence);

}  // namespace gramian
