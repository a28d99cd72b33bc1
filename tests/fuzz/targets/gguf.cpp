// GGUF.

#include "host/formats/checkpoints/gguf_file.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("gguf", [](std::string_view bytes) {
  using namespace std::string_view_literals;
  std::string file = beginning_with("GGUF", bytes);
  if (!gramian::host::is_gguf(file)) file = beginning_with("GGUF\3\0\0\0"sv, bytes);
  open_and_read(put("x.gguf", file));
});

}  // namespace
