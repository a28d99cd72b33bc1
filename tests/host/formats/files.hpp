#pragma once
// Small files of every format, written independently of the readers, and what a test asks of an opened one.

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/embedding.hpp"
#include "tests/host/formats/bytes.hpp"

namespace gramian::host::test {

/// A directory of its own for each test, removed afterwards.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  /// Writes `bytes` to the file `name` here and returns its path.
  std::string write(const std::string& name, std::string_view bytes) const;
  std::string path(const std::string& name) const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

/// A .npy file with the given header dictionary, e.g. "{'descr': '<f4', ...}".
std::string npy(std::string_view dictionary, std::string_view data, int version = 1);
std::string npy_dictionary(std::string_view descr, std::string_view shape, bool fortran_order = false);

/// A safetensors file with the given JSON header.
std::string safetensors(std::string_view header, std::string_view data);
/// {"name": {"dtype": ..., "shape": ..., "data_offsets": [begin, end]}} without its braces.
std::string tensor_entry(std::string_view name, std::string_view dtype, std::string_view shape, int64_t begin,
                         int64_t end);

/// `entries` between braces, separated by commas.
std::string object(std::initializer_list<std::string_view> entries);

/// "t" and 7 make "t7".
std::string numbered(std::string_view prefix, int64_t number);

/// All values of `embedding`, row by row.
std::vector<double> values_of(const Embedding& embedding);
/// All tokens; unnamed rows as "<unnamed>".
std::vector<std::string> tokens_of(const Embedding& embedding);

/// Expects `open`, which opens `what`, to throw exactly `Expected`, in one line that holds every one of `parts`.
template <class Expected, class Open>
void expect_error(const std::string& what, std::initializer_list<std::string_view> parts, const Open& open) {
  try {
    open();
    ADD_FAILURE() << what << " was accepted, not refused with " << (parts.size() > 0 ? *parts.begin() : "");
  } catch (const Expected& error) {
    const std::string_view message = error.what();
    EXPECT_EQ(message.find('\n'), std::string_view::npos) << message;
    for (const std::string_view part : parts) {
      EXPECT_NE(message.find(part), std::string_view::npos) << "no '" << part << "' in: " << message;
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another error: " << error.what();
  }
}

/// The same of open_embedding(input).
template <class Expected>
void expect_refused(const std::string& input, std::initializer_list<std::string_view> parts,
                    const std::optional<std::filesystem::path>& vocab = std::nullopt) {
  expect_error<Expected>(input, parts, [&] { open_embedding(input, vocab, 2); });
}

}  // namespace gramian::host::test
