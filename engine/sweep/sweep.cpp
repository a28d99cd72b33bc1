#include "engine/sweep/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "engine/error.hpp"

namespace gramian {
namespace {

void merge(Extremes& into, const Extremes& part) {
  if (part.min < into.min || (part.min == into.min && part.min_at < into.min_at)) {
    into.min = part.min;
    into.min_at = part.min_at;
  }
  if (part.max > into.max || (part.max == into.max && part.max_at < into.max_at)) {
    into.max = part.max;
    into.max_at = part.max_at;
  }
}

void add(std::vector<uint64_t>& into, const std::vector<uint64_t>& part) {
  for (size_t b = 0; b < into.size(); ++b) into[b] += part[b];
}

template <class T>
void append(std::vector<T>& into, std::vector<T>&& part) {
  if (into.empty()) {
    into = std::move(part);
  } else {
    into.insert(into.end(), part.begin(), part.end());
  }
}

bool is_neutral(const SweepState& state) {
  return state.pairs == 0 && state.histograms.empty() && state.brackets.empty() && state.dense.empty() &&
         state.neighbors.held.empty() && state.degrees.empty() && state.ranks.empty();
}

void merge(NeighborTable& into, const NeighborTable& part) {
  std::vector<Neighbor> both;
  for (int64_t row = 0; row < std::ssize(into.held); ++row) {
    both.clear();
    std::ranges::merge(into.of(row), part.of(row), std::back_inserter(both), std::less<>());
    const int64_t held = std::min(into.k, std::ssize(both));
    std::copy_n(both.begin(), held, into.entries.begin() + row * into.k);
    into.held[static_cast<size_t>(row)] = held;
  }
}

}  // namespace

Bracket fine_bracket(int64_t first, int64_t last, CosineType type) {
  const auto edge = [](int64_t bin) { return static_cast<double>(bin) / static_cast<double>(kFinePerUnit) - 1.0; };
  Bracket bracket;
  bracket.lo = edge(first);
  if (last + 1 == kFineBins) {
    bracket.hi = 1.0;
  } else if (type == CosineType::f32) {
    bracket.hi = std::nextafter(static_cast<float>(edge(last + 1)), -2.0f);
  } else {
    bracket.hi = std::nextafter(edge(last + 1), -2.0);
  }
  return bracket;
}

void merge(SweepState& into, SweepState&& part) {
  if (is_neutral(part)) return;
  if (is_neutral(into)) {
    into = std::move(part);
    return;
  }
  into.pairs += part.pairs;
  merge(into.extremes, part.extremes);
  for (size_t h = 0; h < into.histograms.size(); ++h) {
    into.histograms[h].below += part.histograms[h].below;
    into.histograms[h].above += part.histograms[h].above;
    add(into.histograms[h].counts, part.histograms[h].counts);
  }
  for (size_t b = 0; b < into.brackets.size(); ++b) {
    into.brackets[b].below += part.brackets[b].below;
    into.brackets[b].inside += part.brackets[b].inside;
    add(into.brackets[b].counts, part.brackets[b].counts);
    append(into.brackets[b].values, std::move(part.brackets[b].values));
    append(into.brackets[b].wide_values, std::move(part.brackets[b].wide_values));
  }
  append(into.probes, std::move(part.probes));
  merge(into.neighbors, part.neighbors);
  for (size_t t = 0; t < into.degrees.size(); ++t) add(into.degrees[t], part.degrees[t]);
  add(into.ranks, part.ranks);
  for (size_t k = 0; k < into.dense.size(); ++k) {
    if (std::isnan(into.dense[k])) into.dense[k] = part.dense[k];
  }
}

void merge(RankSums& into, const RankSums& part) {
  if (part.counts.empty()) return;
  if (into.counts.empty()) {
    into = part;
    return;
  }
  add(into.counts, part.counts);
  for (size_t b = 0; b < into.sums.size(); ++b) {
    into.sums[b] = static_cast<int64_t>(static_cast<uint64_t>(into.sums[b]) + static_cast<uint64_t>(part.sums[b]));
  }
}

void canonicalize(SweepState& state) {
  for (BracketCounts& bracket : state.brackets) {
    std::ranges::sort(bracket.values);
    std::ranges::sort(bracket.wide_values);
  }
  std::ranges::sort(state.probes);
}

TileGrid::TileGrid(int64_t n, int64_t edge) : n_(n), edge_(edge), bands_(0) {
  if (n < 0 || edge < 1) throw InvalidUsage("a tile grid needs n >= 0 and an edge of at least 1");
  bands_ = (n + edge - 1) / edge;
}

Tile TileGrid::at(int64_t index) const {
  // Band I starts at I bands - I(I-1)/2; invert in fp64, then correct the rounding.
  const double b = static_cast<double>(bands_) + 0.5;
  auto band = static_cast<int64_t>(b - std::sqrt(std::max(0.0, b * b - 2.0 * static_cast<double>(index))));
  const auto start = [this](int64_t i) { return i * bands_ - i * (i - 1) / 2; };
  while (band > 0 && start(band) > index) --band;
  while (start(band + 1) <= index) ++band;
  const int64_t col = band + (index - start(band));
  return {band * edge_, std::min(n_, (band + 1) * edge_), col * edge_, std::min(n_, (col + 1) * edge_), band == col};
}

}  // namespace gramian
