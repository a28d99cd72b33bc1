#include "engine/backend.hpp"

namespace gramian {

std::string_view precision_name(Precision precision) {
  switch (precision) {
    case Precision::single:
      return "single";
    case Precision::double_:
      return "double";
    case Precision::half:
      return "half";
  }
  return "?";
}

double precision_promise(Precision precision) {
  switch (precision) {
    case Precision::single:
      return 1e-6;
    case Precision::double_:
      return 1e-14;
    case Precision::half:
      return 5e-4;
  }
  return 0.0;
}

bool squares_are_safe(const DenseMatrix& gram) {
  double trace = 0.0;
  for (int64_t k = 0; k < gram.rows; ++k) trace += gram(k, k);
  return trace > 1e-280 && trace < 1e280;
}

}  // namespace gramian
