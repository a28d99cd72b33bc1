#pragma once
// The cosine of two rows to 1e-18, whatever their length: products split into two long doubles without error, added up
// with compensation (Neumaier 1974). A long double's exponents leave room for squares of every double.

#include <cstdint>

namespace oracle {

long double exact_cosine(const double* x, const double* y, int64_t d);

}  // namespace oracle
