#include "engine/products.hpp"

namespace gramian {

bool squares_are_safe(const DenseMatrix& gram) {
  const double squares = trace(gram);
  return squares > 1e-280 && squares < 1e280;
}

}  // namespace gramian
