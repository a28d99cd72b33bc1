#pragma once
// A device with no more than every device must have: what it takes to add one, and what the engine does for it.

#include <memory>

#include "engine/backend.hpp"

namespace gramian::testing {

std::unique_ptr<Backend> make_plain_backend();

}  // namespace gramian::testing
