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
  std::string gemm = "cublas";
  int gpu = 0;  // that "auto" takes: matrices may lie in its memory. No option: whoever gives them knows

  void describe(Description& d);
  /// --threads and --seed alone, of what needs no device.
  void describe_threads_and_seed(Description& d);
  Precision parsed_precision() const;
  bool fused() const { return gemm == "fused"; }
};

/// Which rows of a matrix are used, and what is done to them first.
struct RowOptions {
  std::optional<std::filesystem::path> vocab;
  std::optional<std::filesystem::path> vocab2;
  std::vector<std::string> named;  // tokens by place, before those of `tokens`
  std::optional<std::vector<std::string>> tokens;
  bool skip_unknown = false;
  std::optional<int64_t> length;
  bool alpha = false;
  std::vector<std::string> exclude;  // patterns and @FILEs
  bool no_special = false;
  std::optional<int64_t> limit;
  std::optional<int64_t> sample;
  Preprocessing preprocessing;
  bool drop_bad_rows = false;

  /// Whether a token decides if its row is used.
  bool by_token() const { return length || alpha || no_special || !exclude.empty(); }
  /// Whether anything but the whole matrix is wanted.
  bool chosen() const { return !named.empty() || tokens || by_token() || limit || sample; }
  /// Rows that may be chosen at most, where nothing but their order chooses them.
  std::optional<int64_t> most() const { return !named.empty() || tokens || by_token() ? std::nullopt : limit; }
  /// Makes `tokens` all that were asked for, by place and by option.
  void take_named();

  void describe(Description& d);
  /// Tokens by place, after the matrix.
  void place_tokens(Description& d, const std::string& help);
  /// Choices about two matrices, whose rows are paired.
  void describe_pair(Description& d);
  /// --tokens asks, in words of its own, and all rows are used.
  void describe_without_tokens(Description& d);

 private:
  void describe_vocab(Description& d, const std::string& help);
  void describe_tokens(Description& d);
  void describe_choice(Description& d);
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
