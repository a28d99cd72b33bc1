#pragma once
// Gram products of resampled rows.
//
// Layout: the transformed rows of both sides are kept row after row; a replicate gathers some hundred of them at a time
// into panels whose inner dimension is the term number, as in gram.cpp.
// Determinism: one worker computes one replicate, in blocks of fixed size.

#include <cstdint>
#include <functional>

#include "engine/backend.hpp"

namespace gramian::cpu {

void resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision, const Resampling& resampling,
                     int threads, const Progress& progress);

}  // namespace gramian::cpu
