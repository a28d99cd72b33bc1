// PyTorch's checkpoints: bytes as they are, as those before PyTorch 1.6 are; or as the pickle of an archive that is
// whole and holds two storages; or as an index with such an archive as its shard.

#include "tests/fuzz/harness.hpp"
#include "tests/host/formats/archives/zip_bytes.hpp"

namespace {

using namespace gramian::fuzz;
using gramian::host::test::ZipBytes;

// What such a file begins with: a pickle of PyTorch's own number.
constexpr std::string_view kLegacy("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);

std::string archive(std::string_view pickle) {
  return ZipBytes{
      {{"a/data.pkl", std::string(pickle)}, {"a/data/0", std::string(64, '\1')}, {"a/data/1", std::string(24, '\2')}}}
      .bytes();
}

const Target target("pytorch", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  switch (choice % 4) {
    case 0:
      open_and_read(put("x.bin", beginning_with("PK\3\4", rest)));
      break;
    case 1:
      open_and_read(put("x.bin", beginning_with(kLegacy, rest)));
      break;
    case 2:
      open_and_read(put("x.bin", archive(rest)));
      break;
    default: {
      const auto [index, pickle] = halves(rest);
      put("one.bin", archive(pickle));
      open_and_read(put("pytorch_model.bin.index.json", index));
    }
  }
});

}  // namespace
