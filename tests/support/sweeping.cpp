#include "tests/support/sweeping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "tests/oracle/oracle.hpp"

namespace gramian::testing {
namespace {

/// Number of representable values of `type` between +0 and x, negative below; -0 is one of them, as in ordered.hpp.
int64_t position(double x, CosineType type) {
  if (type == CosineType::f64) {
    int64_t bits = 0;
    const double magnitude = std::abs(x);
    std::memcpy(&bits, &magnitude, sizeof bits);
    return x < 0 ? -bits - 1 : bits;
  }
  int32_t bits = 0;
  const auto magnitude = static_cast<float>(std::abs(x));
  std::memcpy(&bits, &magnitude, sizeof bits);
  return x < 0 ? -int64_t{bits} - 1 : int64_t{bits};
}

void append_bytes(std::string& out, const void* data, size_t size) { out.append(static_cast<const char*>(data), size); }

template <class T>
void append_values(std::string& out, const std::vector<T>& values) {
  const size_t count = values.size();
  append_bytes(out, &count, sizeof count);
  append_bytes(out, values.data(), count * sizeof(T));
}

}  // namespace

Prepared::Prepared(Backend& device, const Matrix& matrix, Precision precision, const UnitRows* partner)
    : backend(&device), stored(device.upload(matrix.view, {})), rows(device.prepare(*stored, {}, precision, partner)) {}

SweepState Prepared::sweep(const SweepRequest& request, int64_t edge) const {
  const TileGrid grid = TileGrid::triangle(rows->rows(), edge);
  return backend->sweep(*rows, request, grid, {0, grid.size()}, {});
}

SweepState Prepared::sweep(const SweepRequest& request, int64_t edge, TileRange range) const {
  return backend->sweep(*rows, request, TileGrid::triangle(rows->rows(), edge), range, {});
}

std::vector<double> cosines_in(const SweepState& state, const SweepShape& shape) {
  std::vector<double> cosines;
  for (int64_t i = 0; i < shape.rows; ++i) {
    for (int64_t j = shape.triangle ? i + 1 : 0; j < shape.columns; ++j) {
      cosines.push_back(state.of<Dense>(0).cosines[static_cast<size_t>(i * shape.columns + j)]);
    }
  }
  return cosines;
}

namespace {

/// Counts again what was found, from the cosines themselves. A kind without its own overload does not compile.
class Checker {
 public:
  Checker(const SweepState& state, const SweepShape& shape)
      : shape_(shape), dense_(state.of<Dense>(0).cosines), x_(cosines_in(state, shape)) {}

  const std::vector<double>& cosines() const { return x_; }

  void check(const Dense&, const Dense::Found& found) const {
    ASSERT_EQ(std::ssize(found.cosines), shape_.rows * shape_.columns);
    for (int64_t i = 0; i < shape_.rows; ++i) {
      for (int64_t j = 0; j < shape_.columns; ++j) {
        const double cosine = found.cosines[static_cast<size_t>(i * shape_.columns + j)];
        if (shape_.triangle && j <= i) {
          ASSERT_TRUE(std::isnan(cosine)) << i << ", " << j;
        } else {
          ASSERT_LE(std::abs(cosine), 1.0) << i << ", " << j;
          ASSERT_FALSE(cosine == 0.0 && std::signbit(cosine)) << i << ", " << j;
        }
      }
    }
  }

  void check(const Extremes&, const Extremes::Found& found) const {
    if (x_.empty()) {
      EXPECT_EQ(found, Extremes::Found{});
      return;
    }
    // The first of equal ones, in (i, j) order.
    const auto [min, unused] = std::ranges::minmax_element(x_);
    const auto max = std::ranges::max_element(x_);
    EXPECT_EQ(found.min, *min);
    EXPECT_EQ(found.min_at, pair_at(min - x_.begin()));
    EXPECT_EQ(found.max, *max);
    EXPECT_EQ(found.max_at, pair_at(max - x_.begin()));
  }

  void check(const Histogram& wanted, const Histogram::Found& found) const {
    const oracle::Histogram expected = oracle::histogram(x_, wanted.lo, wanted.hi, wanted.bins);
    EXPECT_EQ(found.below, expected.below);
    EXPECT_EQ(found.above, expected.above);
    EXPECT_TRUE(found.counts == expected.counts);
  }

  void check(const Bracket& wanted, const Bracket::Found& found) const {
    const CosineType type = shape_.type;
    uint64_t below = 0;
    std::vector<double> inside;
    for (const double value : x_) {
      if (value < wanted.lo) ++below;
      if (value >= wanted.lo && value <= wanted.hi) inside.push_back(value);
    }
    EXPECT_EQ(found.below, below);
    EXPECT_EQ(found.inside, inside.size());
    ASSERT_EQ(std::holds_alternative<std::vector<double>>(found.values), type == CosineType::f64);
    std::vector<double> kept;
    std::visit([&](const auto& values) { kept.assign(values.begin(), values.end()); }, found.values);
    if (wanted.keep == Bracket::Keep::values) {
      EXPECT_TRUE(found.counts.empty());
      std::ranges::sort(kept);
      std::ranges::sort(inside);
      EXPECT_TRUE(kept == inside);
      return;
    }
    const int64_t first = position(wanted.lo, type);
    const int64_t span = position(wanted.hi, type) - first;
    std::vector<uint64_t> counts(static_cast<size_t>((span >> wanted.shift) + 1), 0);
    for (const double value : inside) ++counts[static_cast<size_t>((position(value, type) - first) >> wanted.shift)];
    EXPECT_TRUE(found.counts == counts);
    EXPECT_TRUE(kept.empty());
  }

  void check(const Probes& wanted, const Probes::Found& found) const {
    ASSERT_EQ(found.cosines.size(), wanted.pairs.size());
    for (size_t k = 0; k < wanted.pairs.size(); ++k) {
      const Pair pair = wanted.pairs[k];
      EXPECT_EQ(found.cosines[k], cosine(pair.i, pair.j)) << pair.i << ", " << pair.j;
    }
  }

  void check(const Nearest& wanted, const Nearest::Found& found) const {
    ASSERT_EQ(std::ssize(found.held), rows_of(shape_, wanted.of));
    for (int64_t row = 0; row < std::ssize(found.held); ++row) {
      std::vector<std::pair<double, int64_t>> all;
      for (const auto& [other, value] : met_by(row, wanted.of)) all.emplace_back(-value, other);
      std::ranges::sort(all);
      all.resize(std::min(all.size(), static_cast<size_t>(wanted.k)));
      const auto of_row = found.of(row);
      ASSERT_EQ(of_row.size(), all.size()) << "row " << row;
      for (size_t k = 0; k < all.size(); ++k) {
        ASSERT_EQ(of_row[k].row, all[k].second) << "row " << row << " neighbour " << k;
        ASSERT_EQ(of_row[k].cosine, -all[k].first) << "row " << row << " neighbour " << k;
      }
    }
  }

  void check(const Degrees& wanted, const Degrees::Found& found) const {
    ASSERT_EQ(std::ssize(found.counts), rows_of(shape_, wanted.of));
    for (int64_t row = 0; row < std::ssize(found.counts); ++row) {
      uint64_t degree = 0;
      for (const auto& [other, value] : met_by(row, wanted.of)) degree += value >= wanted.threshold ? 1 : 0;
      ASSERT_EQ(found.counts[static_cast<size_t>(row)], degree) << "threshold " << wanted.threshold << " row " << row;
    }
  }

  void check(const Listed& wanted, const Listed::Found& found) const {
    ASSERT_EQ(found.below.size(), wanted.intervals.size());
    for (size_t b = 0; b < wanted.intervals.size(); ++b) {
      const double lo = wanted.intervals[b].lo - wanted.margin;
      EXPECT_EQ(std::ranges::count_if(x_, [&](double value) { return value < lo; }),
                static_cast<int64_t>(found.below[b]));
    }
  }

  void check(const RankCounts& wanted, const RankCounts::Found& found) const {
    std::vector<uint64_t> counts(static_cast<size_t>(wanted.bins->bins()), 0);
    for (const double value : x_) ++counts[static_cast<size_t>(rank_bin(*wanted.bins, value))];
    EXPECT_TRUE(found.counts == counts);
  }

 private:
  Pair pair_at(int64_t number) const {
    for (int64_t i = 0; i < shape_.rows; ++i) {
      const int64_t begin = shape_.triangle ? i + 1 : 0;
      if (number < shape_.columns - begin) return {i, begin + number};
      number -= shape_.columns - begin;
    }
    return {-1, -1};
  }
  double cosine(int64_t i, int64_t j) const { return dense_[static_cast<size_t>(i * shape_.columns + j)]; }
  /// The rows that `row` of an axis meets, with their cosines.
  std::vector<std::pair<int64_t, double>> met_by(int64_t row, Axis axis) const {
    std::vector<std::pair<int64_t, double>> met;
    if (shape_.triangle) {
      for (int64_t other = 0; other < shape_.rows; ++other) {
        if (other != row) met.emplace_back(other, cosine(std::min(row, other), std::max(row, other)));
      }
      return met;
    }
    const int64_t others = axis == Axis::rows ? shape_.columns : shape_.rows;
    for (int64_t other = 0; other < others; ++other) {
      met.emplace_back(other, axis == Axis::rows ? cosine(row, other) : cosine(other, row));
    }
    return met;
  }

  SweepShape shape_;
  const std::vector<double>& dense_;
  std::vector<double> x_;
};

}  // namespace

void expect_consistent(const SweepState& state, const SweepRequest& request, int64_t n, CosineType type) {
  expect_consistent(state, request, {n, n, true, type});
}

void expect_consistent(const SweepState& state, const SweepRequest& request, const SweepShape& shape) {
  ASSERT_EQ(state.found.size(), request.size());
  ASSERT_TRUE(std::holds_alternative<Dense::Found>(state.found.front()));
  const Checker checker(state, shape);
  EXPECT_EQ(state.pairs, checker.cosines().size());
  for (size_t place = 0; place < request.size(); ++place) {
    SCOPED_TRACE("reduction " + std::to_string(place));
    std::visit([&]<class Kind>(const Kind& wanted) { checker.check(wanted, state.of<Kind>(place)); }, request[place]);
  }
}

namespace {

/// The bytes of what was found, again with an overload for every kind.
struct Bytes {
  std::string& out;

  void operator()(const Extremes::Found& found) const { append_bytes(out, &found, sizeof found); }
  void operator()(const Histogram::Found& found) const {
    append_bytes(out, &found.below, sizeof found.below);
    append_bytes(out, &found.above, sizeof found.above);
    append_values(out, found.counts);
  }
  void operator()(const Bracket::Found& found) const {
    append_bytes(out, &found.below, sizeof found.below);
    append_bytes(out, &found.inside, sizeof found.inside);
    append_values(out, found.counts);
    std::visit([&](const auto& values) { append_values(out, values); }, found.values);
  }
  void operator()(const Probes::Found& found) const { append_values(out, found.cosines); }
  void operator()(const Dense::Found& found) const { append_values(out, found.cosines); }
  void operator()(const NeighborTable& found) const {
    append_values(out, found.held);
    for (int64_t i = 0; i < std::ssize(found.held); ++i) {
      const auto held = found.of(i);
      append_bytes(out, held.data(), held.size_bytes());
    }
  }
  void operator()(const Degrees::Found& found) const { append_values(out, found.counts); }
  void operator()(const RankCounts::Found& found) const { append_values(out, found.counts); }
  void operator()(const Listed::Found& found) const { append_values(out, found.below); }
};

}  // namespace

std::string bytes_of(const SweepState& state) {
  std::string out;
  append_bytes(out, &state.pairs, sizeof state.pairs);
  for (const Found& found : state.found) std::visit(Bytes{out}, found);
  return out;
}

SweepState swept_in_parts(const UnitRows& a, const UnitRows& b, Backend& backend, const SweepRequest& request,
                          const TileGrid& grid, int64_t parts, Random& random) {
  std::vector<int64_t> cuts = {0, grid.size()};
  for (int64_t k = 1; k < parts; ++k) cuts.push_back(random.below(grid.size() + 1));
  std::ranges::sort(cuts);
  std::vector<SweepState> states;
  for (size_t k = 0; k + 1 < cuts.size(); ++k) {
    states.push_back(backend.sweep(a, b, request, grid, {cuts[k], cuts[k + 1]}, {}));
  }
  while (states.size() > 1) {
    random.shuffle(states);
    SweepState last = std::move(states.back());
    states.pop_back();
    merge(states[static_cast<size_t>(random.below(std::ssize(states)))], std::move(last));
  }
  return std::move(states.front());
}

SweepState swept_in_parts(const Prepared& prepared, const SweepRequest& request, int64_t edge, int64_t parts,
                          Random& random) {
  const TileGrid grid = TileGrid::triangle(prepared.rows->rows(), edge);
  return swept_in_parts(*prepared.rows, *prepared.rows, *prepared.backend, request, grid, parts, random);
}

}  // namespace gramian::testing
