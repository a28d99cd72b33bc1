#include "engine/rows.hpp"

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

}  // namespace gramian
