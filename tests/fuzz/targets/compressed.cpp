// Files compressed as a whole: bytes as they are, or word vectors that were compressed here, which read as they do when
// they lie plain.

#include <bzlib.h>
#include <lzma.h>
#include <zstd.h>

#include "tests/fuzz/harness.hpp"
#include "tests/host/formats/archives/deflate.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host;
using namespace std::string_view_literals;

constexpr std::string_view kMagic[] = {"\x1f\x8b\x08"sv, "BZh11AY&SY"sv,
                                       "\xfd"
                                       "7zXZ\0"sv,
                                       "\x28\xb5\x2f\xfd"sv};

std::string packed(unsigned method, std::string_view bytes) {
  constexpr int kGzip = 16 + MAX_WBITS;
  if (method == 0) return gramian::host::test::deflated(bytes, kGzip);
  std::string out(bytes.size() + bytes.size() / 64 + 1024, '\0');
  if (method == 1) {
    auto size = static_cast<unsigned>(out.size());
    expect(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(bytes.data()),
                                    static_cast<unsigned>(bytes.size()), 1, 0, 0) == BZ_OK,
           "bzip2 compresses");
    out.resize(size);
  } else if (method == 2) {
    size_t size = 0;
    expect(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()),
                                   bytes.size(), reinterpret_cast<uint8_t*>(out.data()), &size, out.size()) == LZMA_OK,
           "xz compresses");
    out.resize(size);
  } else {
    const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1);
    expect(ZSTD_isError(size) == 0, "zstd compresses");
    out.resize(size);
  }
  return out;
}

Embedding open(const std::string& name, std::string_view bytes) {
  return open_embedding(put(name, bytes), std::nullopt, 1, little_memory());
}

const Target target("compressed", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const unsigned method = choice % 4;
  if (choice / 4 % 2 == 0) {
    read_all(open("x.packed", beginning_with(kMagic[method], rest)));
    return;
  }
  const std::string_view plain = rest;
  Embedding as_it_is;
  const bool refused = refuses([&] { as_it_is = open("x.txt", plain); });
  // Formats that cannot be compressed are told by what they begin with, and are for other targets.
  if (refused || (as_it_is.format != "word2vec-text" && as_it_is.format != "word2vec-binary" &&
                  as_it_is.format != "glove" && as_it_is.format != "table")) {
    refuses([&] { open("x.packed", packed(method, plain)); });
    return;
  }
  const Embedding unpacked = open("x.packed", packed(method, plain));
  read_all(unpacked);
  expect_same(as_it_is, unpacked);
});

}  // namespace
