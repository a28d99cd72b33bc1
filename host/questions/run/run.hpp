#pragma once
// One run of one question: its device, its clock, its inputs, and what its sweeps say about themselves.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/backend.hpp"
#include "engine/space.hpp"
#include "host/questions/json/json.hpp"
#include "host/questions/run/front.hpp"
#include "host/questions/run/inputs.hpp"
#include "host/questions/run/memory.hpp"
#include "host/questions/run/options.hpp"

namespace gramian::questions {

/// The rows of a space, as every result tells them.
struct RowsUsed {
  int64_t used = 0;
  int64_t unnamed = 0;
  BadRows dropped;
};

/// Whether rows of length zero are refused, as they have no cosine, or are rows like any other.
enum class ZeroRows : uint8_t { refused, stay };

/// A text that was read, as every result tells it.
struct TextRead {
  std::string path;
  std::string sha256;
  int64_t bytes = 0;
  int64_t tokens = 0;
  int64_t distinct_rows = 0;
  int64_t out_of_vocabulary = 0;
  std::string tokenizer;
};

class Run {
 public:
  /// `output`: the folder that files of the answer will go to. Throws InvalidUsage for settings that do not exist,
  /// DeviceUnavailable for a device that is not here.
  Run(std::string question, const RunSettings& settings, Front& front, std::optional<std::string> output);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const std::string& question() const { return question_; }
  uint64_t seed() const { return seed_; }
  Precision precision() const { return precision_; }
  int threads() const { return threads_; }
  Backend& backend() { return *backend_; }
  Front& front() { return front_; }
  const Memory& memory() const { return memory_; }
  const std::optional<std::string>& output() const { return output_; }

  /// Opens and begins to hash. Rows are not chosen yet. `limit`: no more rows will be chosen, so that the reading of a
  /// text may end there.
  Input& open(const std::string& path, const std::optional<std::filesystem::path>& vocab,
              std::optional<int64_t> limit = {});
  Inputs& inputs() { return inputs_; }
  /// The chosen rows as a space; bad rows are named by token.
  std::unique_ptr<Space> make_space(const Input& input, const RowOptions& rows, ZeroRows zero = ZeroRows::refused);
  /// One pass over the pairs of a space, with what the result says about sweeps and accuracy.
  SweepReport sweep(Space& space, std::span<SweepAnalysis* const> analyses);
  /// Records results that need no sweep: `form` is what they are made of.
  void no_sweep(const std::string& form = "fp64 Gram products") { form_ = form; }
  /// Bytes that a sweep over n x d may keep of values inside brackets, after Memory::require of the rest; with
  /// `moments` the d x d products of the columns are part of that.
  int64_t plan_sweep_memory(const Input& input, int64_t n, bool moments = true) const;

  /// Throws Interrupted once whoever started the run has cancelled it.
  void check() const;
  /// Runs `work` and adds its seconds to `stage`.
  template <class Work>
  decltype(auto) timed(const std::string& stage, Work&& work) {
    struct Stopwatch {
      Run& run;
      const std::string& stage;
      Clock::time_point start = Clock::now();
      ~Stopwatch() { run.add_time(stage, std::chrono::duration<double>(Clock::now() - start).count()); }
    };
    const Stopwatch stopwatch{*this, stage};
    return work();
  }
  /// The same with a line of progress: `work(progress)`.
  template <class Work>
  decltype(auto) watched(const std::string& stage, const std::string& label, double amount, const std::string& unit,
                         Work&& work) {
    struct End {
      Front& front;
      ~End() { front.end_of_stage(); }
    };
    const Progress progress = front_.stage(label, amount, unit);
    const End end{front_};
    return timed(stage, [&] { return work(progress); });
  }
  void add_time(const std::string& stage, double seconds);
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  /// A sentence for people, in the result and under the table.
  void note(const std::string& sentence) { notes_.push_back(sentence); }
  void text_read(TextRead text) { text_ = std::move(text); }

  /// Says so where cosines lie so near each other that fp64 does not tell them apart.
  void note_narrow(double sd, int64_t pairs);
  /// The object that every result is: `own`, the answer's keys, stand among its others.
  Json result(const Json& own, const Json& settings);
  /// The last keys of a result, which say what it was made on and how long it took.
  void add_timing(Json& result) const;
  /// Notes, accuracy, sweeps and time, under a table.
  std::string footer() const;

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
  std::string question_;
  Precision precision_;
  int threads_;
  uint64_t seed_;
  Memory memory_;
  Front& front_;
  std::optional<std::string> output_;
  std::unique_ptr<Backend> backend_;
  Inputs inputs_;
  std::vector<std::pair<std::string, double>> timing_;  // in the order of first appearance
  std::vector<std::string> notes_;
  std::optional<RowsUsed> rows_used_;
  std::optional<TextRead> text_;
  Accuracy accuracy_;
  std::optional<Certified> certified_;
  double squares_ = 0.0;  // of errors, over all sweeps' samples
  std::string form_;
  int64_t sweeps_ = 0;
};

/// Whole numbers of pairs of n rows.
double pair_count(int64_t n);

}  // namespace gramian::questions
