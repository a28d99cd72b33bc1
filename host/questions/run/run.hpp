#pragma once
// One run of one question: its device, its clock, its inputs, and what its sweeps say about themselves.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
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
  /// One pass over the pairs of a space for several analyses; as run_sweeps.
  using Sweeper =
      std::function<SweepReport(Space&, Precision, std::span<SweepAnalysis* const>, uint64_t seed, const Progress&)>;

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
  /// The folder that files of the answer will go to.
  const std::optional<std::string>& output() const { return output_; }
  /// Whether anybody wants files of the answer, in a folder or elsewhere.
  bool keeps_files() const { return output_ || front_.keeps_files(); }
  /// Who does the passes of this run from now on; together with those of others, for example.
  void sweep_by(Sweeper sweeper) { sweeper_ = std::move(sweeper); }

  /// Opens and begins to hash. Rows are not chosen yet. `limit`: no more rows will be chosen, so that the reading of a
  /// text may end there.
  Input& open(const std::string& path, const std::optional<std::filesystem::path>& vocab,
              std::optional<int64_t> limit = {});
  /// The same of what may also be the vector of all pairs of items.
  Input& open_pairs(const std::string& path, const std::optional<std::filesystem::path>& vocab);
  Inputs& inputs() { return inputs_; }
  /// The chosen rows as a space; bad rows are named by token.
  std::unique_ptr<Space> make_space(const Input& input, const RowOptions& rows, ZeroRows zero = ZeroRows::refused);
  /// One pass over the pairs of a space, with what the result says about sweeps and accuracy.
  SweepReport sweep(Space& space, std::span<SweepAnalysis* const> analyses);
  /// Records results that need no sweep: `form` is what they are made of.
  void no_sweep(const std::string& form = "fp64 Gram products") { form_ = form; }
  /// Throws OutOfMemory, ending with `remedy`, when `bytes` and what is held already are more than may be used.
  void require_memory(double bytes, const std::string& remedy = kFewerRows) const;
  /// What a sweep over n rows may keep of values inside brackets, after the rest is required as above: the rows in the
  /// form for sweeps, and `besides`.
  int64_t plan_sweep_memory(const Input& input, int64_t n, double besides) const;
  /// The same where nothing is kept. Without a `remedy`, one that fits what takes most.
  void require_sweep_memory(const Input& input, int64_t n, double besides, const std::string& remedy = {}) const;
  /// Brings a matrix that lies on a GPU to the host, for who reads its numbers there; needed for no other. Throws
  /// OutOfMemory as require_memory does.
  void read_on_host(const Input& input) const;
  static constexpr const char* kFewerRows = "--limit takes fewer rows";

  /// Throws Interrupted once whoever started the run has cancelled it.
  void check() const;
  /// Runs `work` and adds its seconds to `stage`. Not in a destructor: that takes memory, which may be short.
  template <class Work>
  decltype(auto) timed(const std::string& stage, Work&& work) {
    const auto start = Clock::now();
    const auto stop = [&] { add_time(stage, std::chrono::duration<double>(Clock::now() - start).count()); };
    if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
      work();
      stop();
    } else {
      decltype(auto) result = work();
      stop();
      return result;
    }
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
  /// Says so where cosines of this standard deviation lie closer together than the sweeps told them apart, or, where
  /// they were decided exactly, than fp64 does.
  void note_narrow(double sd);
  void text_read(TextRead text) { text_ = std::move(text); }
  /// Tokens that were asked for and are left out, because an input does not have them.
  void skipped(std::span<const std::string> tokens) { skipped_.insert(skipped_.end(), tokens.begin(), tokens.end()); }

  /// What every result tells of itself: `own`, the answer's keys, stand among its others.
  Json told(const Json& own) const;
  /// The object that every result is: the same, and what was asked, the inputs with their hashes and the settings.
  Json result(const Json& own, const Json& settings);
  /// The last keys of a result, which say what it was made on and how long it took.
  void add_timing(Json& result) const;
  /// Notes, accuracy, sweeps and time, under a table.
  std::string footer() const;

 private:
  Input& open(const std::string& path, const std::optional<std::filesystem::path>& vocab, host::ReadOptions reading);
  double held_bytes() const;

  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
  std::string question_;
  Precision precision_;
  int threads_;
  uint64_t seed_;
  Memory memory_;
  Front& front_;
  std::optional<std::string> output_;
  Sweeper sweeper_;
  std::unique_ptr<Backend> backend_;
  Inputs inputs_;
  std::vector<std::pair<std::string, double>> timing_;  // in the order of first appearance
  std::vector<std::string> notes_;
  std::optional<RowsUsed> rows_used_;
  int64_t spaces_ = 0;
  std::optional<TextRead> text_;
  std::vector<std::string> skipped_;
  Accuracy accuracy_;
  std::optional<Certified> certified_;
  double squares_ = 0.0;  // of errors, over all sweeps' samples
  std::string form_;
  int64_t sweeps_ = 0;
};

/// What to do where n x d is too much for a question that forms a Gram product.
std::string fewer_rows_or_dims(int64_t n, int64_t d);

/// Whole numbers of pairs of n rows.
double pair_count(int64_t n);

}  // namespace gramian::questions
