#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "engine/error.hpp"
#include "host/formats/files/bounded_text.hpp"
#include "host/formats/files/input_watch.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/input_sums.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

class Reading : public testing::Test {
 protected:
  Reading() { fs::create_directories(root_); }
  ~Reading() override { fs::remove_all(root_); }

  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name, std::ios::binary) << text;
    // Written long ago.
    const timeval times[2] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
    ::utimes((root_ / name).c_str(), times);
    return root_ / name;
  }

  const std::string abc_ = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::atomic<bool> go_on_{false};
  fs::path root_ = fs::path(testing::TempDir()) / ("gramian_reading_" + std::to_string(::getpid()) + "_" +
                                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Reading, AFileThatStaysIsHashedAndUnchanged) {
  const InputWatch watch;
  const auto file = MappedFile::open(put("a", "abc"));
  EXPECT_EQ(sha256_of_input(file->path(), go_on_), abc_);
  EXPECT_NO_THROW(require_unchanged(file->path(), abc_, go_on_));
  EXPECT_NO_THROW(require_inputs_unchanged());
  EXPECT_THROW(sha256_of_input(file->path(), std::atomic<bool>(true)), Interrupted);
}

TEST_F(Reading, AFileThatIsWrittenToIsRefused) {
  const InputWatch watch;
  const auto file = MappedFile::open(put("a", "abc"));
  std::ofstream(root_ / "a", std::ios::in) << "x";
  EXPECT_THROW(require_inputs_unchanged(), InvalidInput);
  EXPECT_THROW(require_unchanged(file->path(), abc_, go_on_), InvalidInput);
}

TEST_F(Reading, AFileThatWasJustWrittenIsStillToldFromTheNext) {
  for (int trial = 0; trial < 20; ++trial) {
    const std::string path = root_ / "a";
    std::ofstream(path) << "abc";
    const InputWatch watch;
    const auto file = MappedFile::open(path);
    std::ofstream(path, std::ios::in) << "abd";
    EXPECT_THROW(require_inputs_unchanged(), InvalidInput) << trial;
  }
}

TEST_F(Reading, AFileThatIsShortenedIsRefusedByItsHash) {
  const InputWatch watch;
  const auto file = MappedFile::open(put("a", "abc"));
  fs::resize_file(root_ / "a", 1);
  EXPECT_THROW(sha256_of_input(file->path(), go_on_), InvalidInput);
}

TEST_F(Reading, ContentDecidesWhereTimesSayNothing) {
  const InputWatch watch;
  const auto file = MappedFile::open(put("a", "abc"));
  ASSERT_EQ(::chmod(file->path().c_str(), 0600), 0);
  EXPECT_NO_THROW(require_unchanged(file->path(), abc_, go_on_));
  put("a", "abd");  // with its time set back
  EXPECT_THROW(require_unchanged(file->path(), abc_, go_on_), InvalidInput);
}

TEST_F(Reading, AnotherFileUnderItsNameChangesNothing) {
  const InputWatch watch;
  const auto file = MappedFile::open(put("a", "abc"));
  fs::rename(put("b", "other"), root_ / "a");
  EXPECT_EQ(sha256_of_input(file->path(), go_on_), abc_);
  EXPECT_NO_THROW(require_unchanged(file->path(), abc_, go_on_));
  EXPECT_NO_THROW(require_inputs_unchanged());
}

TEST_F(Reading, NothingIsHeldWithoutAWatch) {
  const std::string path = put("a", "abc");
  const auto file = MappedFile::open(path);
  EXPECT_EQ(InputWatch::current(), nullptr);
  EXPECT_EQ(sha256_of_input(path, go_on_), abc_);
  EXPECT_NO_THROW(require_inputs_unchanged());
}

TEST_F(Reading, MappingsAreKnownByTheirAddresses) {
  auto file = MappedFile::open(put("a\x1b", std::string(100'000, 'a')));
  const std::byte* const begin = file->data();
  EXPECT_EQ(mapped_file_at(begin), (root_ / "a\\x1b").string());
  EXPECT_EQ(mapped_file_at(begin + 99'999), (root_ / "a\\x1b").string());
  EXPECT_EQ(mapped_file_at(begin - 1), nullptr);
  EXPECT_EQ(mapped_file_at(nullptr), nullptr);
  file.reset();
  EXPECT_EQ(mapped_file_at(begin), nullptr);
}

TEST_F(Reading, BoundedTextIsAFileOrAPipe) {
  const auto check = [] {};
  EXPECT_EQ(read_bounded(put("a", "abc"), 3, check), "abc");
  EXPECT_EQ(read_bounded(put("none", ""), 3, check), "");
  EXPECT_THROW(read_bounded(put("a", "abcd"), 3, check), InvalidUsage);
  EXPECT_THROW(read_bounded(root_, 3, check), InvalidUsage);
  EXPECT_THROW(read_bounded(root_ / "absent", 3, check), InvalidUsage);
  EXPECT_THROW(read_bounded("/dev/zero", 1 << 20, check), InvalidUsage);
  const std::string pipe = root_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::jthread writer([&] {
    const int file = ::open(pipe.c_str(), O_WRONLY);
    for (const char* piece : {"a", "b", "c"}) {
      EXPECT_EQ(::write(file, piece, 1), 1);
      std::this_thread::sleep_for(std::chrono::milliseconds(150));
    }
    ::close(file);
  });
  EXPECT_EQ(read_bounded(pipe, 1 << 20, check), "abc");
}

TEST_F(Reading, WaitingForAPipeCanBeEnded) {
  const std::string pipe = root_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  int asked = 0;
  const auto check = [&] {
    if (++asked > 3) throw Interrupted("interrupted");
  };
  EXPECT_THROW(read_bounded(pipe, 3, check), Interrupted);
}

TEST(Printable, WhatSteersATerminalIsEscaped) {
  EXPECT_EQ(printable("a\x1b[31m\x07\n\r\x7f"), "a\\x1b[31m\\x07\\x0a\\x0d\\x7f");
  EXPECT_EQ(printable("\xc2\x9b|\xff"), "\\xc2\\x9b|\\xff");
  EXPECT_EQ(printable("\xe2\x80\xae|\xe2\x81\xa6|\xd8\x9c"), "\\xe2\\x80\\xae|\\xe2\\x81\\xa6|\\xd8\\x9c");
  EXPECT_EQ(printable("na\xc3\xafve \xe4\xb8\xad \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac"),
            "na\xc3\xafve \xe4\xb8\xad \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xac");
}

}  // namespace
}  // namespace gramian::host
