#include "tests/fuzz/harness.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/text/unicode.hpp"

namespace gramian::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<Target>& targets() {
  static std::vector<Target> list;
  return list;
}

/// A folder, and descriptors of the files in it, which are written again and again.
class Folder {
 public:
  Folder() {
    std::error_code none;
    const fs::path memory = "/dev/shm";
    const bool given = std::getenv("TMPDIR") != nullptr;
    std::string name =
        ((!given && fs::is_directory(memory, none) ? memory : fs::temp_directory_path()) / "gramian-fuzz-XXXXXX")
            .string();
    expect(::mkdtemp(name.data()) != nullptr, "no folder for files");
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  std::string put(const std::string& name, std::string_view bytes) {
    const std::string path = (path_ / name).string();
    auto file = files_.find(name);
    if (file == files_.end()) {
      file = files_.emplace(name, ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)).first;
    }
    const auto size = static_cast<off_t>(bytes.size());
    expect(::ftruncate(file->second, size) == 0 && ::pwrite(file->second, bytes.data(), bytes.size(), 0) == size,
           "a file cannot be written");
    return path;
  }

  void remove(const std::string& name) {
    const auto file = files_.find(name);
    if (file == files_.end()) return;
    ::close(file->second);
    files_.erase(file);
    ::unlink((path_ / name).c_str());
  }

 private:
  fs::path path_;
  std::map<std::string, int> files_;
};

Folder& folder() {
  static Folder made;
  return made;
}

bool is_one_line(std::string_view message) {
  constexpr size_t kLongest = 16384;
  return !message.empty() && message.size() <= kLongest && host::is_utf8(message) &&
         host::printable(message, message.size() + 16) == message;
}

/// Aborts where `error` does not say what is wrong in one line.
void expect_one_line(const Error& error) {
  if (is_one_line(error.what())) return;
  std::fprintf(stderr, "a refusal is not one line of text: %s\n", error.what());
  std::abort();
}

}  // namespace

Target::Target(std::string_view name, Run run) : name_(name), run_(run) { targets().push_back(*this); }

const std::vector<Target>& Target::all() { return targets(); }

std::string Target::refusal(std::string_view bytes) const {
  try {
    run_(bytes);
  } catch (const Error& error) {
    expect_one_line(error);
    return error.what();
  }
  return {};
}

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "expected: %s\n", what);
  std::abort();
}

std::string put(const std::string& name, std::string_view bytes) { return folder().put(name, bytes); }
void remove(const std::string& name) { folder().remove(name); }

std::string beginning_with(std::string_view magic, std::string_view bytes) {
  std::string whole(bytes);
  whole.resize(std::max(whole.size(), magic.size()));
  std::ranges::copy(magic, whole.begin());
  return whole;
}

Halves halves(std::string_view bytes) {
  constexpr std::string_view kBetween = "\n==\n";
  const size_t at = bytes.find(kBetween);
  if (at == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, at), bytes.substr(at + kBetween.size())};
}

Chosen chosen(std::string_view bytes) {
  if (bytes.empty()) return {};
  return {static_cast<unsigned char>(bytes.front()), bytes.substr(1)};
}

bool refuses(void (*with)(void*), void* context) {
  try {
    with(context);
  } catch (const Error& error) {
    expect_one_line(error);
    return true;
  }
  return false;
}

host::ReadOptions little_memory() {
  host::ReadOptions options;
  options.most_memory = int64_t{64} << 20;
  return options;
}

void open_and_read(const std::string& path) { read_all(host::open_embedding(path, std::nullopt, 1, little_memory())); }

void read_all(const Matrix& matrix) {
  const MatrixView& view = matrix.view;
  expect(view.rows > 0 && view.cols > 0, "a matrix has rows and columns");
  // A few bytes may unpack to very many rows, of which the first, the last and some between them are enough.
  constexpr int64_t kMostValues = 1 << 16;
  const int64_t rows = std::max<int64_t>(2, kMostValues / view.cols);
  const int64_t step = std::max<int64_t>(1, view.rows / rows);
  std::vector<double> row(static_cast<size_t>(view.cols));
  for (int64_t i = 0; i < view.rows; i += step) read_row(view, i, row.data());
  read_row(view, view.rows - 1, row.data());
}

void read_all(const host::Embedding& embedding) {
  read_all(embedding.matrix);
  for (const std::string& note : embedding.notes) {
    expect(host::printable(note, note.size() + 16) == note, "a note is one line of text");
  }
  if (!embedding.vocabulary) return;
  const Vocabulary& vocabulary = *embedding.vocabulary;
  expect(vocabulary.size() == embedding.matrix.view.rows, "there are as many tokens as rows");
  vocabulary.find("the");
  for (int64_t i = 0; i < vocabulary.size(); ++i) {
    if (!vocabulary.named(i)) continue;
    const auto found = vocabulary.find(vocabulary[i]);
    expect(found && *found <= i && vocabulary[*found] == vocabulary[i], "a token is found, by its first row");
  }
}

void expect_same(const host::Embedding& one, const host::Embedding& other) {
  const MatrixView& a = one.matrix.view;
  const MatrixView& b = other.matrix.view;
  expect(a.rows == b.rows && a.cols == b.cols, "extents are the same");
  std::vector<double> left(static_cast<size_t>(a.cols));
  std::vector<double> right(left.size());
  for (int64_t i = 0; i < a.rows; ++i) {
    read_row(a, i, left.data());
    read_row(b, i, right.data());
    expect(std::memcmp(left.data(), right.data(), left.size() * sizeof(double)) == 0, "values are the same");
  }
  expect(one.vocabulary.has_value() == other.vocabulary.has_value(), "both have tokens, or none");
  if (!one.vocabulary) return;
  for (int64_t i = 0; i < a.rows; ++i) {
    expect((*one.vocabulary)[i] == (*other.vocabulary)[i], "tokens are the same");
  }
}

void cut(const host::Tokenizer& tokenizer, std::string_view text) {
  int64_t done = 0;
  for (const host::TextToken& token : tokenizer.encode(text)) {
    expect(token.id >= host::TextToken::kUnknown && token.id < tokenizer.size(), "a token is in the vocabulary");
    expect(token.begin >= done && token.end >= token.begin, "tokens come in order and do not overlap");
    expect(token.end <= static_cast<int64_t>(text.size()), "a token ends within the text");
    done = token.end;
    tokenizer.token(token.id);
  }
}

}  // namespace gramian::fuzz
