#pragma once

#include <cmath>
#include <limits>

#include "engine/cosines/ordered.hpp"
#include "engine/reductions/degrees.hpp"

namespace gramian::cuda {

/// From where on cosines count for a degree, and from where on they are listed: the same where there is no margin.
template <class T>
struct DegreeEnds {
  T counted;
  T open;
  T last_open() const { return std::nextafter(counted, -std::numeric_limits<T>::infinity()); }
};

/// `proven`: of every cosine of the rows at hand.
template <class T>
DegreeEnds<T> degree_ends(const Degrees& degrees, double proven) {
  const double margin = degrees.margin + (degrees.certified ? proven : 0.0);
  return {exact_threshold<T>(degrees.threshold + margin), exact_threshold<T>(degrees.threshold - margin)};
}

}  // namespace gramian::cuda
