// safetensors: the file as it is; a header and the bytes after it; an index and one shard; config.json and the packed
// tensors of its model.

#include "tests/fuzz/harness.hpp"
#include "tests/host/formats/bytes.hpp"

namespace {

using namespace gramian::fuzz;

std::string with_length(std::string_view header, std::string_view data) {
  return gramian::host::test::bytes_of(static_cast<uint64_t>(header.size())) + std::string(header) + std::string(data);
}

const Target target("safetensors", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const auto [first, second] = halves(rest);
  remove("config.json");
  switch (choice % 4) {
    case 0:
      open_and_read(put("x.safetensors", rest));
      break;
    case 1:
      open_and_read(put("x.safetensors", with_length(first, second)));
      break;
    case 2: {
      const auto [header, data] = halves(second);
      put("one.safetensors", with_length(header, data));
      open_and_read(put("model.safetensors.index.json", first));
      break;
    }
    default: {
      const auto [header, data] = halves(second);
      put("config.json", first);
      open_and_read(put("x.safetensors", with_length(header, data)));
    }
  }
});

}  // namespace
