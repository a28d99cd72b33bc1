#include "host/cli/run/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>

#include "engine/error.hpp"
#include "host/cli/run/device_choice.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/table.hpp"
#include "host/cli/run/text_input.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/sha256.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"
#include "host/text/unicode.hpp"
#include "kernels/cpu/backend.hpp"

namespace gramian::cli {
namespace {

/// Bytes that may still be used: what the system has free, within the control group's limit.
int64_t free_memory() {
  int64_t free = std::numeric_limits<int64_t>::max();
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("MemAvailable:")) free = std::stoll(line.substr(13)) * 1024;
  }
  int64_t group = 0;
  if (std::ifstream limit("/sys/fs/cgroup/memory.max"); limit >> group) free = std::min(free, group);
  return free;
}

/// Whether the readers hold the matrix in memory instead of mapping its file.
bool is_copied(const host::Embedding& embedding) {
  return embedding.format != "npy" && embedding.format != "safetensors";
}

}  // namespace

double pair_count(int64_t n) { return n < 2 ? 0.0 : static_cast<double>(n) * static_cast<double>(n - 1) / 2.0; }

void print(const std::string& text) {
  size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  const bool whole = written == text.size() && std::fflush(stdout) == 0;
  if (!whole && errno != EPIPE) throw InvalidUsage(std::string("stdout: cannot be written: ") + std::strerror(errno));
}

const Vocabulary& require_vocabulary(const Input& input, const std::string& what_for) {
  if (input.vocabulary() == nullptr) {
    throw InvalidUsage(host::printable(input.embedding.path, 4096) + ": has no vocabulary, which " + what_for +
                       " needs; give --vocab PATH");
  }
  return *input.vocabulary();
}

int64_t require_token(const Input& input, const std::string& token) {
  const Vocabulary& vocabulary = require_vocabulary(input, "finding tokens");
  if (const auto row = host::find_token(vocabulary, token)) return *row;
  std::string message =
      "unknown token " + token_in_quotes(token, 200) + " in " + host::printable(input.embedding.path, 4096);
  const std::vector<std::string> nearest = host::nearest_spellings(vocabulary, token, 3);
  for (size_t k = 0; k < nearest.size(); ++k)
    message += (k == 0 ? "; nearest: " : ", ") + token_in_quotes(nearest[k], 60);
  throw InvalidUsage(message);
}

std::string name_bad_rows(const Input& input, const BadRows& bad) {
  std::vector<std::pair<int64_t, const char*>> rows;
  for (const int64_t row : bad.zero) rows.emplace_back(row, "zero");
  for (const int64_t row : bad.nonfinite) rows.emplace_back(row, "NaN or infinite");
  std::ranges::sort(rows);
  std::string text = host::grouped(bad.count()) + (bad.count() == 1 ? " row" : " rows") + " without a cosine: ";
  constexpr size_t kNamed = 5;
  for (size_t k = 0; k < std::min(rows.size(), kNamed); ++k) {
    const auto [row, why] = rows[k];
    text += (k > 0 ? ", " : "") + std::string("row ") + std::to_string(row);
    if (input.vocabulary() != nullptr && input.vocabulary()->named(row)) {
      text += " " + token_in_quotes((*input.vocabulary())[row]);
    }
    text += std::string(" (") + why + ")";
  }
  return text + (rows.size() > kNamed ? ", ..." : "");
}

Session::Session(std::string command, const CommonOptions& options)
    : command_(std::move(command)),
      options_(options),
      precision_(parse_precision(options.precision)),
      threads_(options.threads > 0 ? options.threads : cpu::available_threads()),
      memory_limit_(options.memory_limit ? std::optional(parse_bytes(*options.memory_limit)) : std::nullopt),
      backend_(make_backend(options.device, threads_, memory_limit_.value_or(0))),
      progress_(options.quiet ? ProgressMode::never : parse_progress(options.progress)) {
  settings_["precision"] = precision_name(precision_);
  settings_["seed"] = options.seed;
}

Session::~Session() { stop_hashing_ = true; }

double Session::seconds_since(std::chrono::steady_clock::time_point start) const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Session::add_time(const std::string& stage, double seconds) {
  timing_[stage] = timing_.value(stage, 0.0) + seconds;
  spdlog::info("{}: {:.3f} s", stage, seconds);
}

void Session::note(const std::string& sentence) { notes_.push_back(sentence); }

Input& Session::open(const std::string& path, const std::optional<std::filesystem::path>& vocab) {
  Input& input = inputs_.emplace_back();
  timed("load", [&] { input.embedding = host::open_embedding(path, vocab, threads_); });
  spdlog::info("{}", describe(input));
  check_interrupt();
  hashes_.push_back(std::async(std::launch::async, [this, files = input.embedding.files] {
    std::vector<std::string> sums;
    sums.reserve(files.size());
    for (const std::string& file : files) sums.push_back(host::sha256_of_file(file, stop_hashing_));
    return sums;
  }));
  return input;
}

void Session::choose_rows(Input& input, const std::optional<std::vector<std::string>>& tokens) {
  const Vocabulary* vocabulary = input.vocabulary();
  std::optional<std::vector<std::string>> wanted = tokens;
  if (!wanted && options_.tokens) wanted = parse_tokens(*options_.tokens);
  std::vector<int64_t> rows;
  if (options_.text.file) {
    if (wanted) throw InvalidUsage("--text and tokens: one of them chooses the rows, not both");
    const TextInput text = read_text(*this, input, options_.text);
    rows = text.distinct_rows();
    note(host::grouped(std::ssize(rows)) + " distinct tokens of " + host::printable(text.path, 200) +
         "; tokens: " + text.tokenized_by + ".");
    if (text.out_of_vocabulary > 0) {
      note(host::grouped(text.out_of_vocabulary) + " of its " + host::grouped(std::ssize(text.tokens)) +
           " tokens are out of vocabulary.");
    }
    vocabulary = input.vocabulary();
  } else if (wanted) {
    for (const std::string& token : *wanted) rows.push_back(require_token(input, token));
  } else {
    for (int64_t row = 0; row < input.view().rows; ++row) {
      if (vocabulary != nullptr && !vocabulary->named(row)) {
        ++input.unnamed;
      } else {
        rows.push_back(row);
      }
    }
  }
  if (options_.length) {
    require_vocabulary(input, "--length");
    std::erase_if(rows, [&](int64_t row) { return host::code_points((*vocabulary)[row]) != *options_.length; });
  }
  if (options_.limit && std::ssize(rows) > *options_.limit) rows.resize(static_cast<size_t>(*options_.limit));
  if (rows.empty()) {
    throw InvalidInput(host::printable(input.embedding.path, 4096) + ": no row is left by the choice of rows");
  }
  if (input.unnamed > 0) {
    note(host::grouped(input.unnamed) + " rows without a token (padding) are left out.");
  }
  input.rows = std::move(rows);
  settings_["tokens"] = nullptr;
  if (wanted) {
    settings_["tokens"] = Json::array();
    for (const std::string& token : *wanted) settings_["tokens"].push_back(host::valid_utf8(token));
  }
  settings_["length"] = options_.length ? Json(*options_.length) : Json(nullptr);
  settings_["limit"] = options_.limit ? Json(*options_.limit) : Json(nullptr);
  settings_["center"] = options_.preprocessing.center || options_.preprocessing.remove_top > 0;
  settings_["remove_top"] = options_.preprocessing.remove_top;
  settings_["drop_bad_rows"] = options_.drop_bad_rows;
}

std::unique_ptr<Space> Session::make_space(const Input& input) {
  std::unique_ptr<Space> space;
  timed("check", [&] {
    try {
      space =
          std::make_unique<Space>(*backend_, input.view(), input.rows, options_.preprocessing, options_.drop_bad_rows);
    } catch (const BadRowsError& error) {
      throw InvalidInput(host::printable(input.embedding.path, 4096) + ": " + name_bad_rows(input, error.rows()) +
                         "; --drop-bad-rows leaves them out");
    }
  });
  check_interrupt();
  const BadRows& dropped = space->dropped();
  result_["rows_used"] = space->size();
  result_["rows_unnamed"] = input.unnamed;
  result_["dropped"] = {{"zero", dropped.zero}, {"nonfinite", dropped.nonfinite}};
  if (dropped.count() > 0) note("Dropped " + name_bad_rows(input, dropped) + ".");
  return space;
}

void Session::require_memory(double bytes) const {
  const auto limit = static_cast<double>(memory_limit_ ? *memory_limit_ : free_memory());
  if (bytes <= limit) return;
  throw OutOfMemory("this needs about " + host::bytes_in_words(bytes) + " of memory, more than " +
                    (memory_limit_ ? "--memory-limit " + *options_.memory_limit
                                   : "the " + host::bytes_in_words(limit) + " that are free") +
                    "; --limit takes fewer rows");
}

int64_t Session::plan_sweep_memory(const Input& input, int64_t n) const {
  constexpr double kMost = double{int64_t{128} << 20};
  double fixed = backend_->host_bytes(n, input.view().cols, precision_);
  for (const Input& each : inputs_) {
    if (is_copied(each.embedding)) {
      fixed += static_cast<double>(each.view().rows * each.view().cols * element_size(each.view().type));
    }
  }
  const double keep = std::min(kMost, pair_count(n) * 8.0);
  const auto limit = static_cast<double>(memory_limit_ ? *memory_limit_ : free_memory());
  // A smaller share for kept values costs another sweep, not the result.
  const double least = keep / 8.0;
  require_memory(fixed + least);
  return static_cast<int64_t>(std::clamp(limit - fixed, std::max(least, 1.0), kMost));
}

SweepReport Session::sweep(Space& space, std::span<SweepAnalysis* const> analyses) {
  const Progress progress = progress_.stage(command_, pair_count(space.size()), "pairs");
  const auto start = std::chrono::steady_clock::now();
  SweepReport report = run_sweeps(space, precision_, analyses, options_.seed, progress);
  progress_.erase();
  add_time("prepare", report.prepare_seconds);
  add_time("sweep", report.sweep_seconds);
  add_time("pilot_and_select", std::max(0.0, seconds_since(start) - report.prepare_seconds - report.sweep_seconds));
  accuracy_.max_abs_error = std::max(accuracy_.max_abs_error, report.accuracy.max_abs_error);
  accuracy_.promise = report.accuracy.promise;
  accuracy_.pairs += report.accuracy.pairs;
  squares_ += report.accuracy.rms_error * report.accuracy.rms_error * static_cast<double>(report.accuracy.pairs);
  form_ = report.form;
  sweeps_ += report.sweeps;
  check_interrupt();
  return report;
}

void Session::no_sweep(const std::string& form) { form_ = form; }

void Session::add_file(const std::string& name, std::function<void(host::OutputFile&)> write) {
  files_.emplace_back(name, std::move(write));
}

std::string Session::describe(const Input& input) {
  const host::Embedding& embedding = input.embedding;
  std::string text = host::printable(embedding.path, 200);
  if (!embedding.tensor.empty()) text += "#" + host::printable(embedding.tensor, 100);
  return text + ": " + embedding.format + ", " + std::string(element_name(input.view().type)) + ", " +
         host::grouped(input.view().rows) + " x " + host::grouped(input.view().cols);
}

Json Session::inputs_json() {
  Json inputs = Json::array();
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const host::Embedding& embedding = inputs_[i].embedding;
    while (hashes_[i].wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) check_interrupt();
    const std::vector<std::string> sums = hashes_[i].get();
    Json files = Json::array();
    for (size_t f = 0; f < sums.size(); ++f) {
      files.push_back({{"path", host::valid_utf8(embedding.files[f])}, {"sha256", sums[f]}});
    }
    Json input;
    input["path"] = host::valid_utf8(embedding.path);
    input["tensor"] = embedding.tensor.empty() ? Json(nullptr) : Json(host::valid_utf8(embedding.tensor));
    input["format"] = embedding.format;
    input["sha256"] = sums.empty() ? Json(nullptr) : Json(sums[0]);
    input["files"] = std::move(files);
    input["rows"] = inputs_[i].view().rows;
    input["dim"] = inputs_[i].view().cols;
    input["dtype"] = element_name(inputs_[i].view().type);
    input["vocabulary"] = nullptr;
    if (!embedding.vocabulary_path.empty()) {
      input["vocabulary"] = host::valid_utf8(embedding.vocabulary_path);
    } else if (embedding.vocabulary) {
      input["vocabulary"] = host::valid_utf8(embedding.path);
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::string Session::footer() const {
  std::string text;
  for (const std::string& sentence : notes_) text += "  " + sentence + "\n";
  std::string line;
  if (accuracy_.pairs > 0) {
    line = "largest error " + host::significant(accuracy_.max_abs_error, 2) + " on " + host::grouped(accuracy_.pairs) +
           " sampled pairs (promise: " + host::significant(accuracy_.promise, 2) + "); ";
  }
  if (sweeps_ > 0) line += std::to_string(sweeps_) + (sweeps_ == 1 ? " sweep; " : " sweeps; ");
  return text + "  " + line + host::duration_in_words(total_seconds()) + "\n";
}

void Session::finish(const std::string& table) {
  check_interrupt();
  Json json;
  json["command"] = command_;
  json["version"] = GRAMIAN_VERSION;
  for (auto& item : result_.items()) json[item.key()] = std::move(item.value());
  json["notes"] = Json::array();
  for (const std::string& sentence : notes_) json["notes"].push_back(host::valid_utf8(sentence));
  json["sweeps"] = sweeps_;
  const bool measured = accuracy_.pairs > 0;
  const double rms = measured ? std::sqrt(squares_ / static_cast<double>(accuracy_.pairs)) : 0.0;
  json["accuracy"] = {{"pairs", accuracy_.pairs},
                      {"max_abs_error", measured ? Json(accuracy_.max_abs_error) : Json(nullptr)},
                      {"rms_error", measured ? Json(rms) : Json(nullptr)},
                      {"promise", precision_promise(precision_)},
                      {"form", form_.empty() ? Json(nullptr) : Json(form_)}};
  json["inputs"] = inputs_json();
  json["settings"] = settings_;
  // Before the result is put together, which says how long it took.
  std::optional<host::OutputFolder> folder;
  if (options_.output) {
    folder.emplace(*options_.output);
    for (const auto& file : files_) {
      timed("write", [&] { file.second(folder->add(file.first)); });
      check_interrupt();
    }
  }
  const DeviceInfo device = backend_->info();
  json["backend"] = {{"name", device.name}, {"hardware", device.hardware}, {"detail", device.detail}};
  timing_["threads"] = threads_;
  timing_["total"] = total_seconds();
  json["timing"] = timing_;
  // A text of a megabyte has a result of sixteen.
  const std::string text = folder || options_.json ? json_text(json) : std::string();
  check_interrupt();

  if (folder) {
    folder->add("result.json").write(text);
    check_interrupt();
    folder->commit();
  }
  if (options_.json) {
    print(text);
  } else if (!options_.quiet) {
    print(table + "\n" + footer() +
          (options_.output ? "  written to " + host::printable(*options_.output, 4096) + "\n" : ""));
  }
}

}  // namespace gramian::cli
