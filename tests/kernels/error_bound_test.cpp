// The bound on a swept cosine's error is proven: nothing may exceed it, and rows built to reach it come near.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/space.hpp"
#include "kernels/cpu/backend.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/isa/panel_size.hpp"
#include "tests/oracle/exact_cosine.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {
namespace {

constexpr Precision kPrecisions[] = {Precision::single, Precision::double_, Precision::half};

std::vector<long double> exact_cosines(const oracle::Table& rows) {
  std::vector<long double> all;
  for (int64_t i = 0; i < rows.rows; ++i) {
    for (int64_t j = i + 1; j < rows.rows; ++j) {
      all.push_back(
          oracle::exact_cosine(rows.values.data() + i * rows.cols, rows.values.data() + j * rows.cols, rows.cols));
    }
  }
  return all;
}

/// The largest error of a swept cosine, as a share of what is proven.
double largest_share(Backend& backend, const Stored& stored, const std::vector<long double>& exact,
                     Precision precision) {
  Space space(backend, stored.matrix.view);
  const UnitRows& rows = space.unit_rows(precision);
  const SweepState state = backend.sweep(rows, {Dense{}});
  const std::vector<double>& found = state.of<Dense>(0).cosines;
  double largest = 0.0;
  size_t next = 0;
  for (int64_t i = 0; i < space.size(); ++i) {
    for (int64_t j = i + 1; j < space.size(); ++j) {
      const auto swept = static_cast<long double>(found[static_cast<size_t>(i * space.size() + j)]);
      largest = std::max(largest, static_cast<double>(std::abs(swept - exact[next++])) / rows.bound());
    }
  }
  return largest;
}

TEST(ErrorBound, IsNeverExceeded) {
  for (const int64_t d : {1, 2, 33, 129, 300, 768, 1500}) {
    for (const Generator& generator : generators()) {
      const Stored stored = generator.make(d > 500 ? 12 : 24, d, 17);
      const std::vector<long double> exact = exact_cosines(stored.exact);
      for (const BackendCase& device : backends()) {
        const auto backend = device.make(1);
        if (!backend->certifies()) continue;
        for (const Precision precision : kPrecisions) {
          EXPECT_LE(largest_share(*backend, stored, exact, precision), 1.0)
              << device.name << ", d = " << d << ", " << generator.name << ", " << name_of(precision);
        }
      }
    }
  }
}

/// Compares every cosine that a sweep forms with the canonical one.
class Compared final : public Listed::Sink {
 public:
  /// `corrections` may be none.
  Compared(const UnitRows& rows, const PairCosines& exact, const CosineCorrections* corrections, double own)
      : rows_(rows), exact_(exact), corrections_(corrections), own_(own) {}
  void take(const Listed::Batch& batch) override {
    std::vector<Pair> pairs;
    for (const Listed::Entry& entry : batch.entries) pairs.push_back(batch.pair(entry));
    std::vector<double> cosines(pairs.size());
    exact_.of(pairs, cosines.data());
    double largest = 0.0;
    for (size_t p = 0; p < pairs.size(); ++p) {
      const auto [i, j] = pairs[p];
      const double bound = rows_.share(i, i + 1) + rows_.share(j, j + 1) + own_;
      largest = std::max(largest, std::abs(batch.entries[p].cosine - cosines[p]) / bound);
    }
    std::vector<double> quick(pairs.size());
    exact_.quickly(pairs, quick.data());
    double largest_quick = 0.0;
    for (size_t p = 0; p < pairs.size(); ++p) {
      const double bound = exact_.quick_bound() > 0.0 ? exact_.quick_bound() : own_;
      largest_quick = std::max(largest_quick, std::abs(quick[p] - cosines[p]) / bound);
    }
    double largest_corrected = 0.0;
    if (corrections_ != nullptr) {
      std::vector<double> corrected;
      for (const Listed::Entry& entry : batch.entries) corrected.push_back(entry.cosine);
      corrections_->correct(pairs, corrected);
      for (size_t p = 0; p < pairs.size(); ++p) {
        largest_corrected = std::max(largest_corrected, std::abs(corrected[p] - cosines[p]) / corrections_->bound());
      }
    }
    const std::scoped_lock lock(mutex_);
    largest_corrected_ = std::max(largest_corrected_, largest_corrected);
    pairs_ += std::ssize(pairs);
    largest_ = std::max(largest_, largest);
    largest_quick_ = std::max(largest_quick_, largest_quick);
  }
  int64_t pairs() const { return pairs_; }
  double largest() const { return largest_; }
  double largest_quick() const { return largest_quick_; }
  double largest_corrected() const { return largest_corrected_; }

 private:
  const UnitRows& rows_;
  const PairCosines& exact_;
  const CosineCorrections* corrections_;
  double own_;
  std::mutex mutex_;
  int64_t pairs_ = 0;
  double largest_ = 0.0;
  double largest_quick_ = 0.0;
  double largest_corrected_ = 0.0;
};

/// Rows from even to spiky, so that their shares of an error differ.
oracle::Table uneven(int64_t n, int64_t d, uint64_t seed) {
  oracle::Table table = gaussian(n, d, seed);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < d; ++k) {
      double& x = table.at(i, k);
      x = std::copysign(std::pow(std::abs(x), static_cast<double>(1 + i / 48 % 4)), x) + 0.5;
    }
  }
  return table;
}

void expect_never_exceeded(Backend& backend, const Stored& stored, Precision precision) {
  Space space(backend, stored.matrix.view);
  const UnitRows& rows = space.unit_rows(precision);
  const auto exact = backend.kept_pair_cosines(space.device_rows(), space.unit());
  const auto corrections = backend.corrections(rows, space.device_rows(), space.unit());
  EXPECT_EQ(corrections != nullptr, rows.form().starts_with("int16"));
  const auto sink = std::make_shared<Compared>(rows, *exact, corrections.get(), canonical_cosine_bound(space.dim()));
  backend.sweep(rows, {Listed{{{-1.0, 1.0}}, sink}});
  EXPECT_EQ(sink->pairs(), space.size() * (space.size() - 1) / 2);
  EXPECT_LE(sink->largest(), 1.0);
  EXPECT_LE(sink->largest_quick(), 1.0);
  EXPECT_LE(sink->largest_corrected(), 1.0);
  EXPECT_LE(rows.share(0, space.size()), 0.5 * rows.bound() * (1.0 + 1e-15));
}

TEST(ErrorBound, IsNeverExceededByTenMillionPairs) {
  const Stored stored = store(uneven(4500, 40, 3), ElementType::f32);
  const auto backend = devices().front().make(2);
  for (const Precision precision : kPrecisions) {
    SCOPED_TRACE(name_of(precision));
    expect_never_exceeded(*backend, stored, precision);
  }
}

TEST(ErrorBound, OfEveryRowIsNeverExceeded) {
  for (const int64_t d : {1, 127, 128, 129, 257, 2000}) {
    for (const ElementType type : {ElementType::f32, ElementType::bf16, ElementType::f64}) {
      const Stored stored = store(uneven(200, d, 3), type);
      for (const BackendCase& device : backends()) {
        const auto backend = device.make(1);
        if (!backend->certifies()) continue;
        for (const Precision precision : kPrecisions) {
          SCOPED_TRACE(device.name + ", d = " + std::to_string(d) + ", " + name_of(precision));
          expect_never_exceeded(*backend, stored, precision);
        }
      }
    }
  }
}

TEST(ErrorBound, OfFixedPointIsReached) {
  if (!cpu::select_isa("avx512-vnni")) GTEST_SKIP() << "this processor has no VPDPWSSD";
  // 48 rows of which every entry is rounded the way that the sign of the last row's entry points, at a right angle to
  // what is left of them. They are as long as a link may be, so that whole numbers stay themselves.
  constexpr int64_t kTerms = 2 * cpu::kFixedLink;
  constexpr auto kEntries = static_cast<double>(kTerms);
  const double length = 46340.0 - 0.5 * std::sqrt(kEntries);
  const double whole = std::floor(length / std::sqrt(kEntries));
  const auto larger =
      static_cast<int64_t>((length * length - kEntries * (whole * whole + 0.2)) / (2.0 * whole + 1.0) / 2.0);
  for (const int64_t links : {1, 6}) {
    const int64_t d = kTerms * links;
    oracle::Table rows(49, d);
    for (int64_t k = 0; k < d; ++k) {
      const double sign = k % 2 == 0 ? 1.0 : -1.0;
      for (int64_t i = 0; i < 48; ++i) rows.at(i, k) = (k % kTerms / 2 < larger ? whole + 1.0 : whole) + 0.45 * sign;
      rows.at(48, k) = sign;
    }
    const Stored stored = store(rows, ElementType::f64);
    const auto backend = cpu::make_backend({.threads = 1});
    Space space(*backend, stored.matrix.view);
    const UnitRows& packed = space.unit_rows(Precision::half);
    ASSERT_TRUE(packed.form().starts_with("int16"));
    const double swept = backend->sweep(packed, {Probes{{{0, 48}}}}).of<Probes>(0).cosines.front();
    const double off = std::abs(swept - canonical_cosine(rows.values.data(), rows.values.data() + 48 * d, d));
    const double bound = packed.share(0, 1) + packed.share(48, 49);
    EXPECT_LE(off, bound) << links;
    EXPECT_GT(off, 0.9 * bound) << links;
    // What is left of it by corrections is little.
    const auto corrections = backend->corrections(packed, space.device_rows(), space.unit());
    const Pair pair{0, 48};
    double corrected = swept;
    corrections->correct(std::span(&pair, 1), std::span(&corrected, 1));
    const double still_off = std::abs(corrected - canonical_cosine(rows.values.data(), rows.values.data() + 48 * d, d));
    EXPECT_LE(still_off, corrections->bound()) << links;
    EXPECT_LT(corrections->bound(), 0.2 * bound) << links;
  }
}

}  // namespace
}  // namespace gramian::testing
