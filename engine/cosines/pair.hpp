#pragma once

#include <compare>
#include <cstdint>

namespace gramian {

/// Names a cosine: of rows i < j of one set, or of row i of one set and row j of another.
struct Pair {
  int64_t i = 0;
  int64_t j = 0;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

}  // namespace gramian
