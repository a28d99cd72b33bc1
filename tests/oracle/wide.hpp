#pragma once
// The oracle's files share sums in long double.

#include <cstdint>

#include "tests/oracle/oracle.hpp"

namespace oracle {

using Wide = long double;

inline Wide dot(const double* x, const double* y, int64_t count) {
  Wide sum = 0;
  for (int64_t k = 0; k < count; ++k) sum += static_cast<Wide>(x[k]) * y[k];
  return sum;
}

inline const double* row(const Table& table, int64_t i) { return table.values.data() + i * table.cols; }

}  // namespace oracle
