// fastText's own models.

#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("fasttext", [](std::string_view bytes) {
  // Its magic number and version 12.
  using namespace std::string_view_literals;
  constexpr std::string_view kMagic = "\xba\x16\x4f\x2f"sv;
  std::string file = beginning_with(kMagic, bytes);
  if (file.size() > 4 && file[4] != 11) file = beginning_with("\xba\x16\x4f\x2f\x0c\0\0\0"sv, file);
  open_and_read(put("x.bin", file));
});

}  // namespace
