#pragma once
// The options that questions share.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/space.hpp"
#include "host/questions/description.hpp"

namespace gramian::questions {

/// How an answer is computed; never what it is, but for its last digits.
struct RunSettings {
  std::string device = "auto";
  std::string precision = "single";
  int threads = 0;  // 0: every processor
  std::optional<std::string> memory_limit{};
  uint64_t seed = 0;

  void describe(Description& d);
  /// --threads and --seed alone, of what needs no device.
  void describe_threads_and_seed(Description& d);
  Precision parsed_precision() const;
};

/// Which rows of a matrix are used, and what is done to them first.
struct RowOptions {
  std::optional<std::filesystem::path> vocab;
  std::optional<std::filesystem::path> vocab2;
  std::optional<std::vector<std::string>> tokens;
  std::optional<int64_t> length;
  std::optional<int64_t> limit;
  Preprocessing preprocessing;
  bool drop_bad_rows = false;

  /// Rows that may be chosen at most, where nothing but their order chooses them.
  std::optional<int64_t> most() const { return tokens || length ? std::nullopt : limit; }

  void describe(Description& d);
  /// Choices about two matrices, whose rows are paired.
  void describe_pair(Description& d);
  /// --tokens asks, in words of its own, and all rows are used.
  void describe_without_tokens(Description& d);

 private:
  void describe_vocab(Description& d, const std::string& help);
  void describe_limit(Description& d);
  void describe_length(Description& d);
  void describe_preparation(Description& d);
};

/// A text whose tokens are rows.
struct TextOptions {
  std::optional<std::filesystem::path> file;
  std::optional<std::filesystem::path> tokenizer;
  std::optional<std::filesystem::path> token_ids;

  /// `what_for` says what --text does.
  void describe(Description& d, const std::string& what_for);
};

}  // namespace gramian::questions
