#include "host/cli/run/options.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/error.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/formats/files/bounded_text.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::cli {
namespace {

constexpr int kMostThreads = 4096;

std::optional<double> parse_number(std::string_view text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

}  // namespace

CLI::Validator at_least(int64_t least) {
  return CLI::Validator(
      [least](std::string& text) {
        int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool fits = error == std::errc() && end == text.data() + text.size() && number >= least;
        return fits ? std::string() : text + " is not a whole number from " + std::to_string(least) + " on";
      },
      "");
}

void add_run_options(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "Print result.json, and nothing else, to stdout");
  command.add_option("--threads", options.threads, "Threads (default: every processor)")
      ->type_name("N")
      ->check(CLI::Range(1, kMostThreads).description(""));
  command.add_option("--seed", options.seed, "Seed of everything random (default 0)")->type_name("N");
  command.add_option("--progress", options.progress, "Progress on stderr: auto (on a terminal), always, never")
      ->type_name("WHEN");
  command.add_flag_callback(
      "-v,--verbose", [] { spdlog::set_level(spdlog::level::info); }, "Say on stderr what is being done");
  command.add_flag("-q,--quiet", options.quiet, "No table, no progress");
}

void add_common_options(CLI::App& command, CommonOptions& options, Inputs inputs) {
  command.add_option("-o,--output", options.output, "Write result.json and arrays into this directory")
      ->type_name("DIR");
  add_run_options(command, options);
  command.add_option("--device", options.device, "auto, cpu, cuda or cuda:N")->type_name("DEVICE");
  command.add_option("--precision", options.precision, "single (default), double or half")->type_name("NAME");
  command
      .add_option("--memory-limit", options.memory_limit,
                  "Use no more, e.g. 4G, neither here nor on any GPU (default: what is free)")
      ->type_name("SIZE");
  if (inputs == Inputs::none) return;
  command
      .add_option("--vocab", options.vocab,
                  inputs == Inputs::two ? "Vocabulary of the first matrix" : "Vocabulary of the matrix")
      ->type_name("PATH");
  if (inputs == Inputs::two) {
    command.add_option("--vocab2", options.vocab2, "Vocabulary of the second matrix")->type_name("PATH");
  }
  command.add_option("--limit", options.limit, "Only the first N of the rows that are left by the other choices")
      ->type_name("N")
      ->check(at_least(1));
  command.add_option("--tokens", options.tokens, "Only these: a,b,c or @FILE with one a line")->type_name("LIST");
  command.add_option("--length", options.length, "Only tokens of exactly N code points")
      ->type_name("N")
      ->check(at_least(1));
  command.add_flag("--center", options.preprocessing.center, "Subtract the mean row first");
  command
      .add_option("--remove-top", options.preprocessing.remove_top,
                  "Project out the first D principal directions first (implies --center)")
      ->type_name("D")
      ->check(at_least(0));
  command.add_flag("--drop-bad-rows", options.drop_bad_rows, "Leave out rows that are zero, NaN or infinite");
}

void add_text_options(CLI::App& command, TextOptions& options, const std::string& what_for) {
  command.add_option("--text", options.file, what_for)->type_name("FILE");
  command
      .add_option("--tokenizer", options.tokenizer,
                  "What cuts the text (default: what lies beside the matrix and fits it, else words of its vocabulary)")
      ->type_name("PATH");
  command
      .add_option("--token-ids", options.token_ids,
                  "The text's tokens instead: row numbers, or lines of row, first byte, byte after the last, by tabs")
      ->type_name("FILE");
}

Precision parse_precision(const std::string& text) {
  for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
    if (precision_name(precision) == text) return precision;
  }
  throw InvalidUsage("--precision " + text + ": must be single, double or half");
}

ProgressMode parse_progress(const std::string& text) {
  if (text == "auto") return ProgressMode::automatic;
  if (text == "always") return ProgressMode::always;
  if (text == "never") return ProgressMode::never;
  throw InvalidUsage("--progress " + text + ": must be auto, always or never");
}

int64_t parse_bytes(const std::string& text) {
  std::string_view rest = text;
  for (const std::string_view ending : {"iB", "B"}) {
    if (rest.ends_with(ending)) {
      rest.remove_suffix(ending.size());
      break;
    }
  }
  double unit = 1.0;
  constexpr std::string_view kPrefixes = "KMGT";
  if (!rest.empty()) {
    const size_t prefix = kPrefixes.find(rest.back() >= 'a' ? static_cast<char>(rest.back() - 'a' + 'A') : rest.back());
    if (prefix != std::string_view::npos) {
      unit = std::pow(1024.0, static_cast<double>(prefix + 1));
      rest.remove_suffix(1);
    }
  }
  const std::optional<double> number = parse_number(rest);
  if (!number || !(*number > 0.0) || *number * unit > 9e18) {
    throw InvalidUsage("--memory-limit " + text + ": must be a size such as 512M or 4G");
  }
  return static_cast<int64_t>(*number * unit);
}

std::vector<double> parse_numbers(const std::string& text, const std::string& option) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    const std::optional<double> number = parse_number(part);
    if (!number) {
      std::string message = option;
      message.append(" ").append(text).append(": '").append(part).append("' is not a number");
      throw InvalidUsage(message);
    }
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<std::string> parse_tokens(const std::string& text) {
  if (!text.starts_with('@')) return split(text, ',');
  const std::string path = text.substr(1);
  constexpr int64_t kMost = int64_t{64} << 20;
  const std::string bytes = host::read_bounded(path, kMost, check_interrupt);
  std::vector<std::string> tokens;
  for (std::string& line : split(bytes, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) tokens.push_back(std::move(line));
  }
  if (tokens.empty()) throw InvalidUsage("--tokens " + text + ": no token in this file");
  return tokens;
}

}  // namespace gramian::cli
