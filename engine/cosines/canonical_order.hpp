#pragma once
// Apart from canonical_cosine.hpp, so that inner loops compiled for one instruction set include no standard library.

#include <cstdint>

namespace gramian {

/// Sums of canonical cosines run in so many lanes: lane l adds up the terms l, l + 32, l + 64, ... in this order, then
/// the upper half of the lanes is added to the lower one, 16, 8, 4, 2 and 1 lanes at a time. Products and sums are
/// rounded one by one.
inline constexpr int64_t kCanonicalLanes = 32;

/// Quick sums in fp32 run in so many lanes, added up in the same way; products may contract with sums.
inline constexpr int64_t kQuickLanes = 64;

}  // namespace gramian
