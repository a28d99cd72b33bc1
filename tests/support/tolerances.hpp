#pragma once
// Every tolerance of the tests, each with the largest error that was measured. Absolute unless a comment says relative.

#include "engine/backend.hpp"

namespace gramian::testing {

/// The promises of the specification on every cosine.
constexpr double promise(Precision precision) {
  switch (precision) {
    case Precision::double_:
      return 1e-14;
    case Precision::half:
      return 5e-4;
    case Precision::single:
      break;
  }
  return 1e-6;
}

}  // namespace gramian::testing
