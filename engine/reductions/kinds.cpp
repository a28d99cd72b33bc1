#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "engine/cosines/ordered.hpp"
#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "engine/reductions/list.hpp"

namespace gramian {
namespace {

/// A cosine that was not seen is NaN.
void fill_in(std::vector<double>& into, const std::vector<double>& part) {
  for (size_t k = 0; k < into.size(); ++k) {
    if (std::isnan(into[k])) into[k] = part[k];
  }
}

template <class T>
int64_t slots_of(const Bracket& bracket) {
  const auto span = ordered_key(static_cast<T>(bracket.hi)) - ordered_key(static_cast<T>(bracket.lo));
  return static_cast<int64_t>(span >> bracket.shift) + 1;
}

}  // namespace

void check_axis(const SweepShape& shape, Axis axis) {
  if (shape.triangle && axis == Axis::columns) throw InvalidUsage("a triangle has no columns but its rows");
}

void Extremes::merge(Found& into, Found&& part) {
  if (part.min < into.min || (part.min == into.min && part.min_at < into.min_at)) {
    into.min = part.min;
    into.min_at = part.min_at;
  }
  if (part.max > into.max || (part.max == into.max && part.max_at < into.max_at)) {
    into.max = part.max;
    into.max_at = part.max_at;
  }
}

std::vector<double> edges_of(const Histogram& histogram) {
  std::vector<double> edges;
  edges.reserve(static_cast<size_t>(histogram.bins + 1));
  const double step = (histogram.hi - histogram.lo) / static_cast<double>(histogram.bins);
  for (int64_t b = 0; b < histogram.bins; ++b) edges.push_back(static_cast<double>(b) * step + histogram.lo);
  edges.push_back(histogram.hi);
  return edges;
}

void Histogram::check(const SweepShape&) const {
  if (!(lo < hi) || !std::isfinite(hi - lo)) {
    throw InvalidUsage("the histogram's range must go from a number to a larger one");
  }
  if (bins < 1 || bins > 65536) throw InvalidUsage("a histogram has 1 to 65536 bins");
}

Histogram::Found Histogram::nothing(const SweepShape&) const { return {0, 0, Counts(static_cast<size_t>(bins), 0)}; }

void Histogram::merge(Found& into, Found&& part) {
  into.below += part.below;
  into.above += part.above;
  add(into.counts, part.counts);
}

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

int64_t bracket_slots(const Bracket& bracket, CosineType type) {
  return type == CosineType::f64 ? slots_of<double>(bracket) : slots_of<float>(bracket);
}

void Bracket::check(const SweepShape&) const {
  if (!(lo <= hi) || shift < 0 || shift > 63)
    throw InvalidUsage("a bracket goes from a number to one that is not lower");
}

Bracket::Found Bracket::nothing(const SweepShape& shape) const {
  Found found;
  if (shape.type == CosineType::f64) found.values = std::vector<double>();
  if (keep == Keep::counts) found.counts.assign(static_cast<size_t>(bracket_slots(*this, shape.type)), 0);
  return found;
}

void Bracket::merge(Found& into, Found&& part) {
  into.below += part.below;
  into.inside += part.inside;
  add(into.counts, part.counts);
  std::visit(
      [&](auto& mine) {
        auto& theirs = std::get<std::remove_reference_t<decltype(mine)>>(part.values);
        if (mine.empty()) {
          mine = std::move(theirs);
        } else {
          mine.insert(mine.end(), theirs.begin(), theirs.end());
        }
      },
      into.values);
}

void Bracket::canonicalize(Found& found) {
  std::visit([](auto& values) { std::ranges::sort(values); }, found.values);
}

void Probes::check(const SweepShape& shape) const {
  if (!std::ranges::is_sorted(pairs)) throw InvalidUsage("probes must ascend");
  for (const Pair& pair : pairs) {
    if (pair.i < 0 || pair.i >= shape.rows || pair.j < (shape.triangle ? pair.i + 1 : 0) || pair.j >= shape.columns) {
      throw InvalidUsage("there is no pair " + std::to_string(pair.i) + ", " + std::to_string(pair.j) + " to probe");
    }
  }
}

Probes::Found Probes::nothing(const SweepShape&) const {
  return {std::vector<double>(pairs.size(), std::numeric_limits<double>::quiet_NaN())};
}

void Probes::merge(Found& into, Found&& part) { fill_in(into.cosines, part.cosines); }

Dense::Found Dense::nothing(const SweepShape& shape) const {
  return {std::vector<double>(static_cast<size_t>(checked_product(shape.rows, shape.columns, "dense cosines")),
                              std::numeric_limits<double>::quiet_NaN())};
}

void Dense::merge(Found& into, Found&& part) { fill_in(into.cosines, part.cosines); }

NeighborTable first_neighbors(const NeighborTable& table, int64_t k) {
  NeighborTable result;
  result.k = std::min(k, table.k);
  result.held.resize(table.held.size());
  result.entries.resize(table.held.size() * static_cast<size_t>(result.k));
  for (int64_t row = 0; row < std::ssize(table.held); ++row) {
    const auto all = table.of(row);
    const int64_t held = std::min(result.k, std::ssize(all));
    std::copy_n(all.begin(), held, result.entries.begin() + row * result.k);
    result.held[static_cast<size_t>(row)] = held;
  }
  return result;
}

void Nearest::check(const SweepShape& shape) const {
  if (k < 1) throw InvalidUsage("k = " + std::to_string(k) + ": must be at least 1");
  check_axis(shape, of);
}

Nearest::Found Nearest::nothing(const SweepShape& shape) const {
  Found found;
  found.k = std::min(k, others_of(shape, of));
  const int64_t rows = rows_of(shape, of);
  found.held.assign(static_cast<size_t>(rows), 0);
  found.entries.resize(static_cast<size_t>(checked_product(rows, found.k, "neighbours")));
  return found;
}

void Nearest::merge(Found& into, Found&& part) {
  if (into.k == part.k && std::ranges::all_of(into.held, [](int64_t held) { return held == 0; })) {
    into = std::move(part);
    return;
  }
  std::vector<Neighbor> both;
  for (int64_t row = 0; row < std::ssize(into.held); ++row) {
    both.clear();
    std::ranges::merge(into.of(row), part.of(row), std::back_inserter(both), std::less<>());
    const int64_t held = std::min(into.k, std::ssize(both));
    std::copy_n(both.begin(), held, into.entries.begin() + row * into.k);
    into.held[static_cast<size_t>(row)] = held;
  }
}

void Degrees::check(const SweepShape& shape) const { check_axis(shape, of); }

Degrees::Found Degrees::nothing(const SweepShape& shape) const {
  return {Counts(static_cast<size_t>(rows_of(shape, of)), 0), {}, false};
}

void Degrees::merge(Found& into, Found&& part) {
  add(into.counts, part.counts);
  into.overflowed = into.overflowed || part.overflowed || std::ssize(into.open) + std::ssize(part.open) > kMostOpen;
  if (into.overflowed) {
    into.open.clear();
  } else {
    into.open.insert(into.open.end(), part.open.begin(), part.open.end());
  }
}

void Listed::check(const SweepShape&) const {
  if (sink == nullptr) throw InvalidUsage("listed pairs need someone to take them");
  for (const Interval& interval : intervals) {
    if (!(interval.lo <= interval.hi)) throw InvalidUsage("an interval goes from a number to one that is not lower");
  }
}

Listed::Found Listed::nothing(const SweepShape&) const { return {Counts(intervals.size(), 0)}; }

void Listed::merge(Found& into, Found&& part) { add(into.below, part.below); }

void RankCounts::check(const SweepShape&) const {
  if (bins == nullptr) throw InvalidUsage("rank counts need bins");
}

RankCounts::Found RankCounts::nothing(const SweepShape&) const {
  return {Counts(static_cast<size_t>(bins->bins()), 0)};
}

void RankCounts::merge(Found& into, Found&& part) { add(into.counts, part.counts); }

}  // namespace gramian
