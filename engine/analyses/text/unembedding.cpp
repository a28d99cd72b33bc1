#include "engine/analyses/text/unembedding.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/error.hpp"

namespace gramian {
namespace {

std::string state_name(int64_t state) { return "hidden state " + std::to_string(state); }

/// One hidden state, at length 1 where cosines are wanted.
void read_state(const MatrixView& hidden, int64_t state, bool normalized, double* out) {
  read_row(hidden, state, out);
  double largest = 0.0;
  for (int64_t c = 0; c < hidden.cols; ++c) {
    if (!std::isfinite(out[c])) {
      throw InvalidInput(state_name(state) + " holds NaN or infinity in column " + std::to_string(c));
    }
    largest = std::max(largest, std::abs(out[c]));
  }
  if (!normalized) return;
  if (largest == 0.0) throw InvalidInput(state_name(state) + " has length zero and so no cosine");
  double square = 0.0;
  for (int64_t c = 0; c < hidden.cols; ++c) {
    out[c] /= largest;
    square += out[c] * out[c];
  }
  const double length = std::sqrt(square);
  for (int64_t c = 0; c < hidden.cols; ++c) out[c] /= length;
}

StatePredictions predictions_of(const SoftmaxProducts& ranked, int64_t k, double temperature, int64_t state) {
  const bool all = std::ssize(ranked.top) == k;
  const double largest = all ? ranked.top.front().product : 0.0;
  if (!all || !std::isfinite(largest) || !std::isfinite(ranked.denominator)) {
    throw InvalidInput("the products of " + state_name(state) + " with the rows are beyond double precision");
  }
  StatePredictions predictions;
  predictions.entropy = ranked.entropy;
  for (const RowProduct& each : ranked.top) {
    const double probability = std::exp((each.product - largest) / temperature) / ranked.denominator;
    predictions.top.push_back({each.row, probability, each.product});
  }
  return predictions;
}

}  // namespace

void check_unembedding(const Space& space, const MatrixView& hidden, const UnembeddingSettings& settings) {
  if (hidden.cols != space.dim()) {
    throw InvalidInput("hidden states of " + std::to_string(hidden.cols) + " dimensions for a matrix of " +
                       std::to_string(space.dim()));
  }
  if (settings.k < 1 || settings.k > space.size()) {
    throw InvalidUsage("k = " + std::to_string(settings.k) + ": must be between 1 and the " +
                       std::to_string(space.size()) + " rows there are");
  }
  if (!(settings.temperature > 0.0) || !std::isfinite(settings.temperature)) {
    throw InvalidUsage("the temperature must be a finite number above 0");
  }
}

std::vector<StatePredictions> unembed(Space& space, const MatrixView& hidden, int64_t begin, int64_t end,
                                      const UnembeddingSettings& settings, const Progress& progress) {
  // Enough states to pay for reading all rows once more, few enough to hold.
  constexpr int64_t kStates = 1024;
  check_unembedding(space, hidden, settings);
  std::vector<StatePredictions> all;
  all.reserve(static_cast<size_t>(end - begin));
  for (int64_t first = begin; first < end; first += kStates) {
    const int64_t count = std::min(kStates, end - first);
    DenseMatrix queries(count, hidden.cols);
    for (int64_t q = 0; q < count; ++q) {
      read_state(hidden, first + q, settings.normalized, queries.values.data() + q * hidden.cols);
    }
    Progress part = progress;
    if (progress.report) {
      part.report = [&](int64_t rows, int64_t of) {
        const double share = static_cast<double>(rows) / static_cast<double>(of);
        progress.report(first - begin + static_cast<int64_t>(static_cast<double>(count) * share), end - begin);
      };
    }
    const std::vector<SoftmaxProducts> ranked =
        space.backend().softmax_products(space.device_rows(), settings.normalized ? space.unit() : space.plain(),
                                         queries, settings.k, settings.temperature, part);
    for (int64_t q = 0; q < count; ++q) {
      all.push_back(predictions_of(ranked[static_cast<size_t>(q)], settings.k, settings.temperature, first + q));
    }
  }
  return all;
}

}  // namespace gramian
