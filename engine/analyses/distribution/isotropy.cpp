#include "engine/analyses/distribution/isotropy.hpp"

#include <cmath>
#include <limits>

namespace gramian {

Isotropy isotropy(Space& space) {
  Isotropy result;
  double square = 0.0;
  for (const double x : space.mean_unit_row()) square += x * x;
  result.mean_vector_norm = std::sqrt(square);
  const DenseMatrix& a = space.centered_gram();
  double trace = 0.0;
  for (int64_t k = 0; k < a.rows; ++k) trace += a(k, k);
  double frobenius = 0.0;
  for (const double x : a.values) frobenius += x * x;
  // Below what rounding leaves of identical rows there is no variance.
  const double rounding = 1e-28 * static_cast<double>(space.size());
  result.participation_ratio = trace > rounding ? trace * trace / frobenius : std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace gramian
