#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/error.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/files/output_folder.hpp"
#include "host/report/files/sha256.hpp"
#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

class Output : public testing::Test {
 protected:
  Output() { std::filesystem::create_directories(folder_); }
  ~Output() override { std::filesystem::remove_all(folder_); }

  static std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  int64_t entries(const std::filesystem::path& path) const {
    return std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator());
  }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("gramian_output_" + std::to_string(::getpid()) + "_" +
                                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Output, AFileHasItsNameOnlyWhenWhole) {
  {
    OutputFile file(folder_ / "a");
    file.write(std::string_view("half"));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
  }
  EXPECT_EQ(entries(folder_), 0);
  OutputFile file(folder_ / "a");
  file.write(std::string_view("whole"));
  file.commit();
  EXPECT_EQ(content(folder_ / "a"), "whole");
  EXPECT_EQ(entries(folder_), 1);
}

TEST_F(Output, AnAbandonedFolderLeavesWhatWasThere) {
  std::ofstream(folder_ / "result.json") << "old";
  {
    OutputFolder out(folder_);
    out.add("result.json").write(std::string_view("new"));
    out.add("b.npy").write(std::string_view("new"));
  }
  EXPECT_EQ(content(folder_ / "result.json"), "old");
  EXPECT_EQ(entries(folder_), 1);
}

TEST_F(Output, ANewFolderGoesAgainUnlessCommitted) {
  { const OutputFolder out(folder_ / "x" / "y"); }
  EXPECT_EQ(entries(folder_), 0);
  OutputFolder out(folder_ / "x" / "y");
  out.add("b").write(std::string(3 << 20, 'b'));  // more than the buffer
  out.commit();
  EXPECT_EQ(content(folder_ / "x" / "y" / "b"), std::string(3 << 20, 'b'));
  EXPECT_EQ(entries(folder_ / "x" / "y"), 1);
}

TEST_F(Output, RefusalsNameThePath) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THROW(OutputFolder(folder_ / "file"), InvalidUsage);
  EXPECT_THROW(OutputFolder(folder_ / "file" / "below"), InvalidUsage);
  EXPECT_THROW(OutputFile(folder_ / "no" / "such"), InvalidUsage);
  EXPECT_THROW(OutputFile(folder_.string() + "/"), InvalidUsage);
}

TEST_F(Output, HashOfAFile) {
  std::ofstream(folder_ / "abc") << "abc";
  EXPECT_EQ(sha256_of_file(folder_ / "abc", std::atomic<bool>(false)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::ofstream(folder_ / "empty") << "";
  EXPECT_EQ(sha256_of_file(folder_ / "empty", std::atomic<bool>(false)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_THROW(sha256_of_file(folder_ / "none", std::atomic<bool>(false)), InvalidUsage);
  EXPECT_THROW(sha256_of_file(folder_ / "abc", std::atomic<bool>(true)), Interrupted);
}

TEST(Npy, HeaderIsAlignedAndParses) {
  const std::string header = npy_header("<f8", {3});
  EXPECT_EQ(header.size() % 64, 0u);
  EXPECT_EQ(header.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_NE(header.find("'shape': (3, )"), std::string::npos);
  EXPECT_EQ(header.back(), '\n');
}

TEST(Wording, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1262858896), "1,262,858,896");
  EXPECT_EQ(grouped(-1000), "-1,000");
  EXPECT_EQ(shortest(0.05), "0.05");
  EXPECT_EQ(shortest(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(fixed(std::nan("")), "-");
  // More digits than a buffer holds, and than a number has.
  EXPECT_EQ(fixed(-1.5e300), "-1.5e+300");
  EXPECT_EQ(fixed(123456789012345.0, 2), "123456789012345.00");
  EXPECT_EQ(fixed(1.0 / 3.0, 80).size(), 82u);
  EXPECT_EQ(bytes_in_words(1536.0), "1.5 KiB");
  EXPECT_EQ(duration_in_words(0.123), "0.12 s");
  EXPECT_EQ(duration_in_words(61.0), "1 min 1 s");
  EXPECT_EQ(duration_in_words(7325.0), "2 h 2 min");
}

TEST(Wording, EveryByteBecomesUtf8) {
  EXPECT_EQ(valid_utf8("café"), "café");
  EXPECT_EQ(valid_utf8("caf\xe9\x80"), "caf\\xe9\\x80");
  EXPECT_EQ(valid_utf8("a\tb"), "a\tb");
  EXPECT_EQ(valid_utf8("\xf0\x9f\x98"), "\\xf0\\x9f\\x98");
}

}  // namespace
}  // namespace gramian::host
