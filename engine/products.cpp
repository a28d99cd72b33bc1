#include "engine/products.hpp"

namespace gramian {

bool squares_are_safe(const DenseMatrix& gram) {
  double trace = 0.0;
  for (int64_t k = 0; k < gram.rows; ++k) trace += gram(k, k);
  return trace > 1e-280 && trace < 1e280;
}

}  // namespace gramian
