// .npz files: bytes as they are, or as the array of an archive that is whole, stored or deflated.

#include "tests/fuzz/harness.hpp"
#include "tests/host/formats/archives/zip_bytes.hpp"

namespace {

using namespace gramian::fuzz;
using gramian::host::test::ZipBytes;

const Target target("npz", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const ZipBytes whole{{{"a.npy", beginning_with("\x93NUMPY", rest), choice % 3 == 2}}};
  const std::string file = choice % 3 == 0 ? beginning_with("PK\3\4", rest) : whole.bytes();
  open_and_read(put("x.npz", file));
});

}  // namespace
