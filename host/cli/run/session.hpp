#pragma once
// One run of one command: its inputs, its backend, its clock, and the result that it builds and finally emits.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/backend.hpp"
#include "engine/space.hpp"
#include "engine/sweep/plan.hpp"
#include "host/cli/run/json.hpp"
#include "host/cli/run/options.hpp"
#include "host/cli/run/progress.hpp"
#include "host/formats/embedding.hpp"
#include "host/report/files/output_folder.hpp"

namespace gramian::cli {

/// An opened embedding, its rows chosen.
struct Input {
  host::Embedding embedding;
  std::vector<int64_t> rows;  // used, in order
  int64_t unnamed = 0;        // left out: rows without a token
  const Vocabulary* vocabulary() const { return embedding.vocabulary ? &*embedding.vocabulary : nullptr; }
  const MatrixView& view() const { return embedding.matrix.view; }
};

class Session {
 public:
  Session(std::string command, const CommonOptions& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  const CommonOptions& options() const { return options_; }
  Precision precision() const { return precision_; }
  int threads() const { return threads_; }
  Backend& backend() { return *backend_; }
  ProgressLine& progress() { return progress_; }

  /// Opens and begins to hash. Rows are not chosen yet.
  Input& open(const std::string& path, const std::optional<std::filesystem::path>& vocab);
  /// Chooses rows by --tokens (or `tokens`) or as the distinct tokens of --text, then by --length and --limit; rows
  /// without a token are left out.
  void choose_rows(Input& input, const std::optional<std::vector<std::string>>& tokens = std::nullopt);
  /// The chosen rows as a space, with the result's rows_used, rows_unnamed and dropped. Bad rows are named by token.
  std::unique_ptr<Space> make_space(const Input& input);
  /// One analysis of a space, with what the result says about sweeps and accuracy.
  SweepReport sweep(Space& space, std::span<SweepAnalysis* const> analyses);
  /// Of results that need no sweep: `form` is what they are made of.
  void no_sweep(const std::string& form = "fp64 Gram products");

  /// Throws OutOfMemory when `bytes` are more than --memory-limit or than what is free.
  void require_memory(double bytes) const;
  /// What a sweep over n x d may keep of values inside brackets, after require_memory of the rest.
  int64_t plan_sweep_memory(const Input& input, int64_t n) const;

  /// Runs `work`, adds its seconds to timing.`stage`, then looks for Ctrl-C.
  template <class Work>
  auto timed(const std::string& stage, Work&& work) {
    struct Stopwatch {
      Session& session;
      const std::string& stage;
      std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
      ~Stopwatch() { session.add_time(stage, session.seconds_since(start)); }
    };
    {
      const Stopwatch stopwatch{*this, stage};
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        return;
      } else {
        return work();
      }
    }
  }
  void add_time(const std::string& stage, double seconds);
  double total_seconds() const { return seconds_since(start_); }

  /// The command's own keys, in order.
  Json& result() { return result_; }
  Json& settings() { return settings_; }
  /// A sentence for people, in the result and under the table.
  void note(const std::string& sentence);

  /// Writes an array or text beside result.json, where there is -o.
  void add_file(const std::string& name, std::function<void(host::OutputFile&)> write);
  /// result.json to -o and, with --json, to stdout; else the table.
  void finish(const std::string& table);

  /// "run1.npy: npy, f16, 3,000 x 100"
  static std::string describe(const Input& input);

 private:
  double seconds_since(std::chrono::steady_clock::time_point start) const;
  Json inputs_json();
  std::string footer() const;

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string command_;
  const CommonOptions& options_;
  Precision precision_;
  int threads_;
  std::optional<int64_t> memory_limit_;
  std::unique_ptr<Backend> backend_;
  ProgressLine progress_;
  std::atomic<bool> stop_hashing_{false};
  std::deque<Input> inputs_;
  std::vector<std::future<std::vector<std::string>>> hashes_;
  Json result_ = Json::object();
  Json settings_ = Json::object();
  Json timing_ = Json::object();
  std::vector<std::string> notes_;
  Accuracy accuracy_;
  std::optional<Certified> certified_;
  double squares_ = 0.0;  // of errors, over all sweeps' samples
  std::string form_;
  int64_t sweeps_ = 0;
  std::vector<std::pair<std::string, std::function<void(host::OutputFile&)>>> files_;
};

/// The token typed as `token`, or InvalidUsage with the nearest spellings.
int64_t require_token(const Input& input, const std::string& token);
/// Throws InvalidUsage unless the input has a vocabulary.
const Vocabulary& require_vocabulary(const Input& input, const std::string& what_for);
/// "3 rows without a cosine: row 17 "the" (zero), ...": names the first few of `bad`.
std::string name_bad_rows(const Input& input, const BadRows& bad);
/// Whole numbers of pairs of n rows.
double pair_count(int64_t n);
/// Everything to stdout; quiet when nobody reads it any more.
void print(const std::string& text);

}  // namespace gramian::cli
