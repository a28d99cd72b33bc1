// .npy files.

#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("npy", [](std::string_view bytes) {
  const std::string path = put("x.npy", beginning_with("\x93NUMPY", bytes));
  open_and_read(path);
});

}  // namespace
