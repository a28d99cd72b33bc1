#pragma once

#include <cstdint>

namespace gramian::cuda {

/// Terms of the inner dimension that one product sums before the sum is added to the tile. A chain of n equal terms
/// errs by up to n² roundings of a term, and rows of ±1 have such terms: hence chains. On tensor cores the sums that
/// weigh are exact (forms.hpp), and a chain may be long.
inline constexpr int64_t kF64Chain = 256;
inline constexpr int64_t kSplitChain = 2048;

}  // namespace gramian::cuda
