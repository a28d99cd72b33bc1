#pragma once
// The options that commands share.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/space.hpp"
#include "host/cli/run/progress.hpp"

namespace gramian::cli {

/// A text whose tokens are rows.
struct TextOptions {
  std::optional<std::filesystem::path> file;
  std::optional<std::filesystem::path> tokenizer;
  std::optional<std::filesystem::path> token_ids;
};

/// As typed; what needs judging is judged by the functions below.
struct CommonOptions {
  std::optional<std::string> output;
  bool json = false;
  std::string device = "auto";
  std::string precision = "single";
  int threads = 0;
  std::optional<std::string> memory_limit;
  uint64_t seed = 0;
  std::optional<int64_t> limit;
  std::optional<std::string> tokens;
  std::optional<int64_t> length;
  TextOptions text;  // of commands with add_text_options; chooses rows where it is set
  Preprocessing preprocessing;
  bool drop_bad_rows = false;
  std::string progress = "auto";
  bool quiet = false;
  std::optional<std::filesystem::path> vocab;
  std::optional<std::filesystem::path> vocab2;
};

/// A check for whole numbers from `least` on.
CLI::Validator at_least(int64_t least);

/// How many input matrices a command has.
enum class Inputs : uint8_t { none, one, two };

/// -o, --json, --device, --precision, --threads, --memory-limit, --seed, --progress, -v, -q, and where there is an
/// input, those that choose and prepare rows.
void add_common_options(CLI::App& command, CommonOptions& options, Inputs inputs);
/// --text, --tokenizer and --token-ids; `what_for` says what --text does.
void add_text_options(CLI::App& command, TextOptions& options, const std::string& what_for);
/// Part of them, for commands that produce no result folder.
void add_run_options(CLI::App& command, CommonOptions& options);

Precision parse_precision(const std::string& text);
ProgressMode parse_progress(const std::string& text);
/// "4G", "512M", "1.5GiB", "1000000": bytes; powers of 1024.
int64_t parse_bytes(const std::string& text);
/// "0.05,0.5": numbers.
std::vector<double> parse_numbers(const std::string& text, const std::string& option);
/// "a,b,c" or "@FILE" (one a line, empty lines skipped).
std::vector<std::string> parse_tokens(const std::string& text);

}  // namespace gramian::cli
