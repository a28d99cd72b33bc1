#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gramian {

using Counts = std::vector<uint64_t>;

/// Adds counts of the same bins or rows.
inline void add(Counts& into, const Counts& part) {
  for (size_t b = 0; b < into.size(); ++b) into[b] += part[b];
}

}  // namespace gramian
