#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "tests/host/formats/archives/deflate.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

std::string gzip(std::string_view bytes) { return deflated(bytes, 16 + MAX_WBITS); }

std::string bzip2(std::string_view bytes) {
  auto size = static_cast<unsigned>(bytes.size() + bytes.size() / 100 + 600);
  std::string packed(size, '\0');
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(packed.data(), &size, const_cast<char*>(bytes.data()),
                                     static_cast<unsigned>(bytes.size()), 1, 0, 0),
            BZ_OK);
  packed.resize(size);
  return packed;
}

std::string xz(std::string_view bytes) {
  std::string packed(lzma_stream_buffer_bound(bytes.size()), '\0');
  size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const uint8_t*>(bytes.data()),
                                    bytes.size(), reinterpret_cast<uint8_t*>(packed.data()), &size, packed.size()),
            LZMA_OK);
  packed.resize(size);
  return packed;
}

std::string zstd(std::string_view bytes) {
  ZSTD_CCtx* const state = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1);
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  packed.resize(ZSTD_compress2(state, packed.data(), packed.size(), bytes.data(), bytes.size()));
  ZSTD_freeCCtx(state);
  return packed;
}

struct Packer {
  std::string_view name;
  std::string (*pack)(std::string_view);
};
constexpr Packer kPackers[] = {{"gzip", gzip}, {"bzip2", bzip2}, {"xz", xz}, {"zstd", zstd}};

std::string record(const std::string& token, float first) {
  return token + " " + bytes_of_all(std::vector<float>{first, -2.5f});
}

std::string lines(int rows) {
  std::string text;
  for (int i = 0; i < rows; ++i) text += numbered("t", i) + numbered(" ", i) + numbered(" 0.", i) + "\n";
  return text;
}

TEST(Compressed, SameAsUnpacked) {
  const TempDir dir;
  for (const std::string& whole :
       {std::string("2 2\na 1 2\nb 3 4\n"), std::string("a 1 2\nb c 3 4\n"), std::string("a\t1\t2\nb\t3\t4\n"),
        "2 2\n" + record("a", 1) + record("\xff", 2), "1000 2\n" + lines(1000)}) {
    const Embedding plain = open_embedding(dir.write("x", whole), std::nullopt, 2);
    for (const Packer& packer : kPackers) {
      for (const int threads : {1, 2}) {
        const Embedding packed = open_embedding(dir.write("y", packer.pack(whole)), std::nullopt, threads);
        EXPECT_EQ(packed.format, plain.format);
        EXPECT_EQ(values_of(packed), values_of(plain));
        EXPECT_EQ(tokens_of(packed), tokens_of(plain));
        EXPECT_TRUE(packed.converted);
        ASSERT_FALSE(packed.notes.empty());
        EXPECT_NE(packed.notes.front().find(packer.name), std::string::npos);
      }
    }
  }
}

// Longer than one block (8 MiB), so that lines and records lie across the borders of blocks.
TEST(Compressed, ManyBlocks) {
  const TempDir dir;
  constexpr int kRows = 700'000;
  const std::string text = lines(kRows);
  ASSERT_GT(text.size(), 9u << 20);
  const Embedding plain = open_embedding(dir.write("x", text), std::nullopt, 2);
  const Embedding packed = open_embedding(dir.write("y", zstd(text)), std::nullopt, 2);
  ASSERT_EQ(packed.matrix.view.rows, kRows);
  EXPECT_EQ(values_of(packed), values_of(plain));
  EXPECT_EQ((*packed.vocabulary)[kRows - 1], numbered("t", kRows - 1));
  EXPECT_EQ(values_of(plain)[2 * (kRows - 1)], kRows - 1);

  std::string binary = std::to_string(kRows) + " 2\n";
  for (int i = 0; i < kRows; ++i)
    binary += record(numbered("token", i), static_cast<float>(i)) + (i % 2 == 0 ? "\n" : "");
  ASSERT_GT(binary.size(), 9u << 20);
  const Embedding records = open_embedding(dir.write("y", gzip(binary)), std::nullopt, 2);
  ASSERT_EQ(records.matrix.view.rows, kRows);
  for (int i = 0; i < kRows; ++i) {
    const auto row = static_cast<size_t>(2 * i);
    ASSERT_EQ((*records.vocabulary)[i], numbered("token", i));
    ASSERT_EQ(reinterpret_cast<const float*>(records.matrix.view.data)[row], static_cast<float>(i));
  }
}

TEST(Compressed, StreamsThatFollowOneAnotherAreOne) {
  const TempDir dir;
  for (const Packer& packer : kPackers) {
    const std::string packed = packer.pack("a 1 2\nb 3") + packer.pack("") + packer.pack(" 4\n");
    EXPECT_EQ(values_of(open_embedding(dir.write("x", packed), std::nullopt, 1)), (std::vector<double>{1, 2, 3, 4}))
        << packer.name;
    // Padding by zeros is no data.
    EXPECT_EQ(open_embedding(dir.write("x", packed + std::string(8, '\0')), std::nullopt, 1).matrix.view.rows, 2);
    expect_refused<InvalidInput>(dir.write("x", packed + "x"), {"something else follows", packer.name});
  }
}

TEST(Compressed, EveryPrefixAndEveryDamagedByteIsRefused) {
  const TempDir dir;
  const std::string whole = "3 2\na 0.25 -1\nbc 1e-3 4\nd 5 60\n";
  const auto plain = values_of(open_embedding(dir.write("x", whole), std::nullopt, 1));
  for (const Packer& packer : kPackers) {
    const std::string packed = packer.pack(whole);
    for (size_t length = 1; length < packed.size(); ++length) {
      const auto path = dir.write("x", packed.substr(0, length));
      if (length < 10) {
        expect_refused<InvalidInput>(path, {path});
      } else {
        expect_refused<InvalidInput>(path, {path, "byte ", packer.name, "cut off", "unpacked bytes in"});
      }
    }
    for (size_t i = 0; i < packed.size(); ++i) {
      std::string damaged = packed;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x21);
      // Fields without meaning (a time, an operating system) may change; values may not.
      try {
        EXPECT_EQ(values_of(open_embedding(dir.write("x", damaged), std::nullopt, 1)), plain) << packer.name << i;
      } catch (const InvalidInput& error) {
        EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos);
      }
    }
  }
}

TEST(Compressed, WhatHasToBeMappedIsRefusedByName) {
  const TempDir dir;
  const auto path = dir.write("x.npy.gz", gzip(npy(npy_dictionary("<f4", "(1, 1)"), std::string(4, '\0'))));
  expect_refused<InvalidInput>(path, {path, "gzip file around npy", "gunzip"});
  expect_refused<InvalidInput>(dir.write("x.gz", gzip("")), {"holds nothing"});
  expect_refused<InvalidInput>(dir.write("x.gz", gzip("hello\n")), {"not a token and two or more numbers"});
  expect_refused<InvalidInput>(dir.write("x.gz", gzip(gzip("a 1 2\n"))), {"gzip", "gunzip"});
}

TEST(Compressed, RefusalsInsideNameTheLineOrTheUnpackedByte) {
  const TempDir dir;
  expect_refused<InvalidInput>(dir.write("x", xz("a 1 2\nb 3 x\n")), {"line 2", "'x'"});
  expect_refused<InvalidInput>(dir.write("x", xz("3 2\n" + record("a", 1))), {"unpacked byte 14", "only 1 complete"});
  expect_refused<InvalidInput>(dir.write("x", xz("1 2\n" + record("a", 1) + "xx")), {"unpacked byte 14", "more bytes"});
  expect_refused<InvalidInput>(dir.write("x", xz("9000000000 9000000000\na 1 2\n")), {"line 1", "impossible"});
}

TEST(Compressed, MemoryIsBounded) {
  const TempDir dir;
  const std::string path = dir.write("x", gzip("1000 2\n" + lines(1000)));
  ReadOptions options;
  options.most_memory = 8000;
  EXPECT_EQ(open_embedding(path, std::nullopt, 1, options).matrix.view.rows, 1000);
  options.most_memory = 7999;
  EXPECT_THROW(open_embedding(path, std::nullopt, 1, options), OutOfMemory);
}

TEST(Compressed, CancelsAndReports) {
  const TempDir dir;
  const std::string path = dir.write("x", gzip("a 1 2\nb 3 4\n"));
  ReadOptions options;
  int64_t last = 0;
  int64_t total = 0;
  options.progress.report = [&](int64_t done, int64_t of) { last = done, total = of; };
  open_embedding(path, std::nullopt, 1, options);
  EXPECT_EQ(last, total);
  EXPECT_EQ(total, static_cast<int64_t>(std::filesystem::file_size(path)));
  options.progress.cancelled = [] { return true; };
  EXPECT_THROW(open_embedding(path, std::nullopt, 1, options), Interrupted);
}

TEST(Compressed, LimitReadsNoFurther) {
  const TempDir dir;
  // The bytes behind the rows that are wanted may be missing or damaged.
  const std::string packed = gzip("900000 2\n" + lines(900'000));
  const auto path = dir.write("x", packed.substr(0, packed.size() / 2));
  ReadOptions options;
  options.limit = 1000;
  const Embedding embedding = open_embedding(path, std::nullopt, 2, options);
  EXPECT_EQ(embedding.matrix.view.rows, 1000);
  EXPECT_EQ(embedding.vocabulary->size(), 1000);
  EXPECT_EQ((*embedding.vocabulary)[999], "t999");
  options.limit = std::numeric_limits<int64_t>::max();
  EXPECT_THROW(open_embedding(path, std::nullopt, 2, options), InvalidInput);
}

}  // namespace
}  // namespace gramian::host::test
