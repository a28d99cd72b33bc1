#include "engine/analyses/distribution/isotropy.hpp"

#include <cmath>
#include <limits>

#include "engine/analyses/distribution/centered_products.hpp"

namespace gramian {

Isotropy isotropy(Space& space) {
  Isotropy result;
  double square = 0.0;
  for (const double x : space.mean_unit_row()) square += x * x;
  result.mean_vector_norm = std::sqrt(square);
  const OwnProducts own = own_products(space);
  // Below what rounding leaves of identical rows there is no variance.
  const double rounding = 1e-28 * static_cast<double>(space.size());
  result.participation_ratio =
      own.trace > rounding ? own.trace * own.trace / own.squares : std::numeric_limits<double>::quiet_NaN();
  return result;
}

}  // namespace gramian
