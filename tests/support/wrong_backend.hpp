#pragma once
// A device that computes one cosine wrongly, as a broken one would.

#include <memory>

#include "engine/backend.hpp"

namespace gramian::testing {

/// The plain backend, whose sweeps are off by `error` at `wrong` and right everywhere else.
std::unique_ptr<Backend> make_wrong_backend(Pair wrong, double error);

}  // namespace gramian::testing
