#include "host/report/files/output_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/error.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public testing::Test {
 protected:
  OutputFolderTest() { fs::create_directories(root_); }
  ~OutputFolderTest() override { fs::remove_all(root_); }

  static std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  static std::vector<std::string> names(const fs::path& folder) {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path().filename().string());
    std::ranges::sort(found);
    return found;
  }

  static std::string listing(const std::vector<ListedFile>& files) {
    std::string text = R"({"command": "stats", "nested": {"files": [{"name": "mine.txt", "bytes": 4}]}, "files": [)";
    for (size_t k = 0; k < files.size(); ++k) {
      text += (k > 0 ? ", " : "") + std::string(R"({"name": ")") + files[k].name + R"(", "bytes": )" +
              std::to_string(files[k].bytes) + R"(, "sha256": ")" + files[k].sha256 + "\"}";
    }
    return text + "]}";
  }

  /// A result as the program writes it: files, then result.json, which lists them.
  static void write_result(const fs::path& folder, const std::vector<std::string>& files, const std::string& mark) {
    OutputFolder out(folder);
    for (const std::string& name : files) out.add(name).write(mark + name);
    const std::string text = listing(out.files([] {}));
    out.add("result.json").write(text);
    out.commit();
  }

  using Names = std::vector<std::string>;
  fs::path root_ = fs::path(testing::TempDir()) / ("gramian_folder_" + std::to_string(::getpid()) + "_" +
                                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  fs::path out_ = root_ / "out";
};

TEST_F(OutputFolderTest, ListsItsFilesWithTheirSumsHoweverTheyWereWritten) {
  OutputFolder out(out_);
  out.add("a").write(std::string_view("abc"));
  OutputFile& scattered = out.add("b");
  const std::string text = "abc";
  scattered.write_at(1, std::as_bytes(std::span(text)).subspan(1));
  scattered.write_at(0, std::as_bytes(std::span(text)).first(1));
  out.add("none");
  const std::vector<ListedFile> files = out.files([] {});
  ASSERT_EQ(files.size(), 3u);
  const std::string sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(files[0].name + files[0].sha256, "a" + sum);
  EXPECT_EQ(files[1].name + files[1].sha256, "b" + sum);
  EXPECT_EQ(files[1].bytes, 3);
  EXPECT_EQ(files[2].bytes, 0);
  EXPECT_EQ(files[2].sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(names(root_), Names{});  // nothing is seen before commit()
}

TEST_F(OutputFolderTest, NothingOfTheOldResultSurvives) {
  write_result(out_, {"rows.npy", "edges.tsv"}, "old ");
  fs::permissions(out_, fs::perms::owner_all | fs::perms::group_read);
  write_result(out_, {"adjacency.npz", "rows.npy"}, "new ");
  EXPECT_EQ(names(out_), (Names{"adjacency.npz", "result.json", "rows.npy"}));
  EXPECT_EQ(content(out_ / "rows.npy"), "new rows.npy");
  EXPECT_EQ(names(root_), Names{"out"});
  EXPECT_EQ(fs::status(out_).permissions(), fs::perms::owner_all | fs::perms::group_read);
}

TEST_F(OutputFolderTest, WhatIsNotOursStaysAndIsNamed) {
  write_result(out_, {"rows.npy", "edges.tsv"}, "old ");
  std::ofstream(out_ / "mine.txt") << "mine";
  fs::create_directory(out_ / "kept");
  struct stat before {};
  ASSERT_EQ(::stat(out_.c_str(), &before), 0);
  EXPECT_EQ(OutputFolder(out_).others(), (Names{"kept", "mine.txt"}));
  write_result(out_, {"rows.npy"}, "new ");
  EXPECT_EQ(names(out_), (Names{"kept", "mine.txt", "result.json", "rows.npy"}));
  EXPECT_EQ(content(out_ / "rows.npy"), "new rows.npy");
  EXPECT_EQ(content(out_ / "mine.txt"), "mine");
  struct stat after {};
  ASSERT_EQ(::stat(out_.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(OutputFolderTest, AListedFileThatIsNoLongerTheSameStays) {
  write_result(out_, {"notes.tsv"}, "old ");
  std::ofstream(out_ / "notes.tsv", std::ios::app) << "and what I think of them";
  write_result(out_, {"rows.npy"}, "new ");
  EXPECT_EQ(names(out_), (Names{"notes.tsv", "result.json", "rows.npy"}));
}

TEST_F(OutputFolderTest, AListThatLeadsOutOfTheFolderRemovesNothing) {
  fs::create_directory(out_);
  std::ofstream(root_ / "victim") << "1234";
  std::ofstream(out_ / "result.json") << R"({"files": [{"name": "../victim", "bytes": 4}, {"name": "..", "bytes": 0},
    {"name": "", "bytes": 4}, {"bytes": 4}, {"name": 7, "bytes": 4}, {"name": "link", "bytes": 4}]})";
  fs::create_symlink(root_ / "victim", out_ / "link");
  write_result(out_, {"rows.npy"}, "new ");
  EXPECT_EQ(content(root_ / "victim"), "1234");
  EXPECT_EQ(names(out_), (Names{"link", "result.json", "rows.npy"}));
}

TEST_F(OutputFolderTest, AResultThatIsNoJsonIsReplaced) {
  fs::create_directory(out_);
  for (const char* text : {"", "{", "[]", "{\"files\": 3}", "{\"files\": [[[{\"name\": \"rows.npy\"}]]]}"}) {
    std::ofstream(out_ / "result.json", std::ios::trunc) << text;
    write_result(out_, {"rows.npy"}, "new ");
    EXPECT_EQ(names(out_), (Names{"result.json", "rows.npy"})) << text;
    EXPECT_EQ(names(root_), Names{"out"}) << text;
  }
}

TEST_F(OutputFolderTest, SymbolicLinksToFoldersAreTheirFolders) {
  fs::create_directory(root_ / "place");
  fs::create_directory_symlink("place", root_ / "link");
  write_result(root_ / "link", {"a"}, "");
  write_result(root_ / "link" / "sub" / "", {"a"}, "");
  EXPECT_TRUE(fs::is_symlink(root_ / "link"));
  EXPECT_EQ(names(root_ / "place"), (Names{"a", "result.json", "sub"}));
  fs::create_symlink("nothing", root_ / "broken");
  EXPECT_THROW(OutputFolder(root_ / "broken"), InvalidUsage);
  EXPECT_THROW(OutputFolder(root_ / "broken" / "x"), InvalidUsage);
}

TEST_F(OutputFolderTest, LinksInTheFolderAreReplacedAndDevicesAreNot) {
  fs::create_directory(out_);
  std::ofstream(root_ / "victim") << "kept";
  fs::create_symlink(root_ / "victim", out_ / "result.json");
  write_result(out_, {"a"}, "");
  EXPECT_EQ(content(root_ / "victim"), "kept");
  EXPECT_FALSE(fs::is_symlink(out_ / "result.json"));
  ASSERT_EQ(::mkfifo((out_ / "pipe").c_str(), 0600), 0);
  OutputFolder out(out_);
  EXPECT_THROW(out.add("pipe"), InvalidUsage);
}

TEST_F(OutputFolderTest, OneFileReplacesFilesAloneAndFollowsNoLink) {
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(OutputFile(root_ / "pipe"), InvalidUsage);
  EXPECT_THROW(OutputFile("/dev/null"), InvalidUsage);
  EXPECT_THROW(OutputFile("/dev/stdout"), InvalidUsage);
  fs::create_symlink("/dev/null", root_ / "null");
  EXPECT_THROW(OutputFile(root_ / "null"), InvalidUsage);
  std::ofstream(root_ / "victim") << "kept";
  fs::create_symlink("victim", root_ / "link");
  OutputFile file(root_ / "link");
  file.write(std::string_view("new"));
  file.commit();
  EXPECT_FALSE(fs::is_symlink(root_ / "link"));
  EXPECT_EQ(content(root_ / "link") + content(root_ / "victim"), "newkept");
  EXPECT_EQ(names(root_), (Names{"link", "null", "pipe", "victim"}));
}

TEST_F(OutputFolderTest, NamesMayBeAsLongAsTheSystemAllows) {
  const std::string name(255, 'n');
  write_result(root_ / name, {name}, "");
  EXPECT_EQ(names(root_ / name), (Names{name, "result.json"}));
  OutputFile file(root_ / std::string(255, 'f'));
  file.commit();
  EXPECT_THROW(write_result(root_ / std::string(256, 'n'), {"a"}, ""), InvalidUsage);
}

TEST_F(OutputFolderTest, WhatAKilledRunLeftIsRemovedByTheNextAndWhatALivingOneHasIsNot) {
  const auto leave = [&](const std::string& name) {
    fs::create_directory(root_ / name);
    std::ofstream(root_ / name / "rows.npy") << "left";
  };
  leave(".gramian-aaaaaaaaaaaa");
  leave(".gramian-bbbbbbbbbbbb");
  leave(".gramian-not-ours");
  std::ofstream(root_ / ".gramian-cccccccccccc") << "left";
  const int living = ::open((root_ / ".gramian-bbbbbbbbbbbb").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(living, LOCK_EX), 0);
  write_result(out_, {"a"}, "");
  EXPECT_EQ(names(root_), (Names{".gramian-bbbbbbbbbbbb", ".gramian-not-ours", "out"}));
  ::close(living);
  write_result(out_, {"a"}, "");
  EXPECT_EQ(names(root_), (Names{".gramian-not-ours", "out"}));
}

TEST_F(OutputFolderTest, TheFolderOneStandsInStaysTheSame) {
  write_result(out_, {"rows.npy", "edges.tsv"}, "old ");
  const fs::path before = fs::current_path();
  fs::current_path(out_);
  write_result(".", {"rows.npy"}, "new ");
  EXPECT_EQ(names("."), (Names{"result.json", "rows.npy"}));
  fs::current_path(before);
  EXPECT_EQ(content(out_ / "rows.npy"), "new rows.npy");
}

TEST_F(OutputFolderTest, RefusedBeforeAnyWorkIsDone) {
  std::ofstream(root_ / "file") << "x";
  EXPECT_THROW(OutputFolder(root_ / "file"), InvalidUsage);
  EXPECT_THROW(OutputFolder(root_ / "file" / "below" / "it"), InvalidUsage);
  EXPECT_THROW(OutputFolder(""), InvalidUsage);
  EXPECT_THROW(OutputFolder("/proc/gramian"), InvalidUsage);
  EXPECT_THROW(OutputFile("/proc/gramian"), InvalidUsage);
}

}  // namespace
}  // namespace gramian::host
