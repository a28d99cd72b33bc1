#pragma once
// Sizes that the inner loops and the packing share; see panels.hpp. Apart, so that the translation units compiled for
// one instruction set include no standard library.

#include <cstdint>

namespace gramian::cpu {

inline constexpr int64_t kPanel = 48;
/// Terms of the inner dimension that are summed in one chain before the chain is added to the tile: keeps the rounding
/// error of fp32 below the promise, and a panel's chunk inside the L1 cache.
inline constexpr int64_t kChain = 128;

}  // namespace gramian::cpu
