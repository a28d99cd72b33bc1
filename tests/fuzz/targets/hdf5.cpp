// HDF5.

#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("hdf5", [](std::string_view bytes) {
  open_and_read(put("x.h5", beginning_with("\x89HDF\r\n\x1a\n", bytes)));
});

}  // namespace
