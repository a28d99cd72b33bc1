#pragma once
// Neighbours among other rows, for estimators.

#include <nanobind/nanobind.h>

#include "python/core/opened.hpp"

namespace gramian::python {

/// The k rows of `b` of the highest cosine with each row of `a`, highest first, of equal ones the lower row first: row
/// numbers and cosines, each of rows(a) * k values. Throws ValueError where b has fewer than k rows, where dimensions
/// differ, and for rows without a cosine.
nanobind::tuple nearest(const Opened& a, const Opened& b, int64_t k, int threads);

}  // namespace gramian::python
