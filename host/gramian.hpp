#pragma once
// The front door of the library: open matrices, put questions to all of their cosines in one pass, get typed answers.
//
//   gramian::Embeddings e("model.safetensors");
//   const auto [cosines, nearest] = gramian::ask(e, gramian::Cosines{}, gramian::Nearest{.k = 5});
//   std::cout << cosines.median << ' ' << e.token(nearest.of(e.row("fonts"))[0].row) << '\n';
//
// The names here are the public interface; the headers below say more. All errors are those of engine/error.hpp.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/comparison/rsa_inference.hpp"
#include "engine/analyses/comparison/stability.hpp"
#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/distribution/isotropy.hpp"
#include "engine/analyses/distribution/spectrum.hpp"
#include "engine/analyses/neighborhoods/graph.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/analyses/neighborhoods/similarity.hpp"
#include "engine/analyses/plan.hpp"
#include "engine/backend.hpp"
#include "engine/error.hpp"
#include "engine/space.hpp"
#include "host/device/device.hpp"
#include "host/formats/embedding.hpp"
#include "host/text/tokenizer.hpp"
#include "host/text/vocabulary_join.hpp"

namespace gramian {

/// "auto" (a GPU where there is one that serves, else the CPU), "cpu", "cuda" or "cuda:N". `threads`: 0 for all
/// processors. Throws DeviceUnavailable, InvalidUsage for another name.
std::shared_ptr<Backend> device(const std::string& name = "auto", int threads = 0);

struct OpenOptions {
  std::optional<std::filesystem::path> vocabulary;  // a sidecar; without it what is in the file or beside it
  SpaceOptions space;                               // which rows, and what happens to them
};

/// A matrix from a file, on a device. Two that are compared have to be on the same device.
class Embeddings {
 public:
  /// `input`: PATH or PATH#tensor, in any format that Gramian reads. Throws InvalidUsage (no such file), InvalidInput
  /// (what is wrong inside it, or rows without a cosine), OutOfMemory, DeviceUnavailable.
  explicit Embeddings(std::string_view input, std::shared_ptr<Backend> on = device(), OpenOptions options = {});

  const host::Embedding& file() const { return *file_; }
  Space& space() { return *space_; }
  int64_t size() const { return space_->size(); }
  int64_t dim() const { return space_->dim(); }

  /// The row of the space that `token` names. Throws InvalidUsage where none does.
  int64_t row(std::string_view token) const;
  /// The token of row i of the space; "row N", by its number in the file, where it has none.
  std::string token(int64_t i) const;

 private:
  std::shared_ptr<Backend> backend_;
  std::unique_ptr<host::Embedding> file_;  // where it lies does not change when this is moved
  std::unique_ptr<Space> space_;
};

/// The rows of `a` and of `b` that name the same token, in the order of `a`: what rsa() and procrustes() compare, given
/// as OpenOptions::rows. Throws InvalidUsage where one of them has no vocabulary.
std::pair<std::vector<int64_t>, std::vector<int64_t>> shared_rows(const host::Embedding& a, const host::Embedding& b,
                                                                  const host::JoinSettings& settings = {});

/// A question for the distribution of all cosines; every reduction of engine/reductions is a question by itself.
struct Cosines : DistributionSettings {};

struct AskOptions {
  Precision precision = Precision::single;
  uint64_t seed = 0;  // of the pairs that the error is measured on
  Progress progress = {};
  SweepReport* report = nullptr;  // where to leave the measured error
};

namespace door {

template <class Question>
auto begin(Space&, Precision, const Question& question) {
  return Asked<Question>(question);
}
inline DistributionAnalysis begin(Space& space, Precision precision, const Cosines& question) {
  return {space, precision, question};
}
template <class Kind>
typename Kind::Found answer(const Asked<Kind>& asked) {
  return asked.found();
}
inline Distribution answer(DistributionAnalysis& analysis) { return analysis.result(); }

}  // namespace door

/// Answers all questions about the cosines of one space in as few passes over its pairs as they need: a tuple, in the
/// order of the questions.
template <class... Question>
auto ask(Space& space, const AskOptions& options, const Question&... questions) {
  std::tuple analyses{door::begin(space, options.precision, questions)...};
  return std::apply(
      [&](auto&... each) {
        SweepAnalysis* const all[] = {&each...};
        const SweepReport report = run_sweeps(space, options.precision, all, options.seed, options.progress);
        if (options.report != nullptr) *options.report = report;
        return std::tuple{door::answer(each)...};
      },
      analyses);
}

template <class... Question>
auto ask(Embeddings& embeddings, const AskOptions& options, const Question&... questions) {
  return ask(embeddings.space(), options, questions...);
}
template <class... Question>
auto ask(Embeddings& embeddings, const Question&... questions) {
  return ask(embeddings.space(), AskOptions{}, questions...);
}

/// The same about every row of `a` with every row of `b`; questions are reductions.
template <class... Question>
auto ask(Embeddings& a, Embeddings& b, const AskOptions& options, const Question&... questions) {
  std::tuple analyses{Asked<Question>(questions)...};
  return std::apply(
      [&](auto&... each) {
        SweepAnalysis* const all[] = {&each...};
        const SweepReport report =
            run_sweeps(a.space(), b.space(), options.precision, all, options.seed, options.progress);
        if (options.report != nullptr) *options.report = report;
        return std::tuple{each.found()...};
      },
      analyses);
}

}  // namespace gramian
