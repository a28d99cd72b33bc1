// Order statistics and extremes are those of the canonical cosines, exactly, however the pairs round them are decided.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "engine/analyses/distribution/distribution.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/cosines.hpp"
#include "tests/support/data.hpp"

namespace gramian::testing {
namespace {

/// Multiples of few vectors of small whole numbers.
oracle::Table collinear(int64_t n, int64_t d, uint64_t seed) {
  const oracle::Table rows = lattice(n, seed);
  oracle::Table table(n, d);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < d; ++k) table.at(i, k) = rows.at(i % 5, k % rows.cols) * static_cast<double>(1 + i % 7);
  }
  return table;
}

oracle::Table with_outliers(int64_t n, int64_t d, uint64_t seed) {
  oracle::Table table = gaussian(n, d, seed);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t k = 0; k < std::min<int64_t>(2, d); ++k) table.at(i, k) *= 100.0;
  }
  return table;
}

struct Case {
  std::string name;
  Stored stored;
};

std::vector<Case> cases(int64_t n, int64_t d) {
  return {
      {"gaussian", store(gaussian(n, d, 1), ElementType::f32)},
      {"mean_0.99", store(with_mean_cosine(n, d, 0.99, 2), ElementType::f32)},
      {"mean_0.999999", store(with_mean_cosine(n, d, 0.999999, 3), ElementType::f32)},
      {"duplicates", store(duplicates(n, d, 4), ElementType::f64)},
      {"identical", store(identical(n, d, 4), ElementType::f32)},
      {"collinear", store(collinear(n, d, 6), ElementType::f32)},
      {"lattice", store(lattice(n, 7), ElementType::f32)},
      {"outliers", store(with_outliers(n, d, 5), ElementType::f32)},
      {"f16", store(with_mean_cosine(n, d, 0.5, 8), ElementType::f16)},
      {"bf16", store(with_mean_cosine(n, d, 0.5, 9), ElementType::bf16)},
  };
}

DistributionSettings many_quantiles() {
  DistributionSettings settings;
  settings.quantiles = {0.0, 1e-9, 0.001, 0.05, 0.25, 1.0 / 3.0, 0.5, 0.75, 0.9, 0.95, 0.999, 1.0 - 1e-9, 1.0};
  settings.counted = false;
  return settings;
}

/// Also that it ends: in so many sweeps.
SweepReport expect_exact(Space& space, Precision precision, const DistributionSettings& settings, int64_t sweeps) {
  const std::vector<double> cosines = canonical_cosines(space);
  DistributionAnalysis analysis(space, precision, settings);
  SweepAnalysis* const analyses[] = {&analysis};
  SweepReport report = run_sweeps(space, precision, analyses, 0, {});
  const Distribution found = analysis.result();
  const oracle::Extreme min = oracle::smallest(cosines, space.size());
  const oracle::Extreme max = oracle::largest(cosines, space.size());
  EXPECT_EQ(found.extremes, (Extremes::Found{min.value, max.value, {min.i, min.j}, {max.i, max.j}}));
  std::vector<double> sorted = cosines;
  std::ranges::sort(sorted);
  EXPECT_EQ(found.median, oracle::quantile(sorted, 0.5));
  for (const Quantile& quantile : found.quantiles) {
    EXPECT_EQ(quantile.value, oracle::quantile(sorted, quantile.q)) << quantile.q;
  }
  EXPECT_LE(report.sweeps, sweeps);
  EXPECT_TRUE(std::isfinite(report.certified.bound));
  return report;
}

template <class Use>
void for_each_that_certifies(Use use) {
  for (const BackendCase& device : backends()) {
    SCOPED_TRACE(device.name);
    const auto backend = device.make(2);
    if (backend->certifies()) use(*backend, device.slow);
  }
}

TEST(CertifiedOrder, OfFewRows) {
  // 370 rows have more pairs than are all recomputed.
  for (const int64_t n : {2, 3, 50, 370}) {
    for (const int64_t d : {1, 2, 33, 300}) {
      if (n == 370 && d != 33) continue;
      for (const Case& each : cases(n, d)) {
        for_each_that_certifies([&](Backend& backend, bool slow) {
          if (slow && n == 370 && each.name != "lattice" && each.name != "mean_0.99") return;
          Space space(backend, each.stored.matrix.view);
          for (const Precision precision : {Precision::single, Precision::double_}) {
            SCOPED_TRACE(each.name + ", " + name_of(precision) + ", n = " + std::to_string(n) +
                         ", d = " + std::to_string(d));
            expect_exact(space, precision, many_quantiles(), 3);
          }
        });
      }
    }
  }
}

TEST(CertifiedOrder, OfManyDimensions) {
  for (const int64_t d : {129, 1024, 4096}) {
    for (const Case& each : cases(60, d)) {
      SCOPED_TRACE(each.name + ", d = " + std::to_string(d));
      const auto backend = devices().front().make(2);
      Space space(*backend, each.stored.matrix.view);
      expect_exact(space, Precision::single, many_quantiles(), 3);
    }
  }
}

// 4,200 rows: enough for 16 bits to be worth it, and 8.8 million pairs.
constexpr int64_t kMany = 4200;

TEST(CertifiedOrder, OfManyRowsBySixteenBits) {
  for (const Case& each : cases(kMany, 24)) {
    SCOPED_TRACE(each.name);
    const auto backend = devices().front().make(2);
    Space space(*backend, each.stored.matrix.view);
    const SweepReport report = expect_exact(space, Precision::single, many_quantiles(), 4);
    const bool by_int16 = report.form.starts_with("int16") || report.form.starts_with("two int8");
    if (each.name == "gaussian" && cpu::isa_table().product_i16 != nullptr) {
      EXPECT_TRUE(by_int16);
      EXPECT_EQ(report.sweeps, 1);
      EXPECT_LE(report.certified.largest_error.value_or(1.0), report.certified.bound);
      EXPECT_LT(report.certified.recomputed, kMany * kMany / 20);
    }
    if (each.name == "mean_0.999999") {
      EXPECT_EQ(report.form, "fp64");
    }
  }
}

TEST(CertifiedOrder, WithoutMemoryForPairs) {
  DistributionSettings settings = many_quantiles();
  settings.keep_bytes = 0;
  for (const Case& each : cases(kMany, 24)) {
    if (each.name != "gaussian" && each.name != "lattice") continue;
    SCOPED_TRACE(each.name);
    const auto backend = devices().front().make(2);
    Space space(*backend, each.stored.matrix.view);
    const SweepReport report = expect_exact(space, Precision::single, settings, 6);
    EXPECT_GT(report.sweeps, 1);
  }
}

TEST(CertifiedOrder, OfDevicesWithoutMemoryForPairs) {
  DistributionSettings settings = many_quantiles();
  settings.keep_bytes = 0;
  const Stored stored = store(with_mean_cosine(380, 24, 0.3, 8), ElementType::f32);
  for_each_that_certifies([&](Backend& backend, bool slow) {
    if (!slow) return;
    Space space(backend, stored.matrix.view);
    const SweepReport report = expect_exact(space, Precision::single, settings, 6);
    EXPECT_GT(report.sweeps, 1);
  });
}

TEST(CertifiedOrder, WhereIntervalsMiss) {
  DistributionSettings settings = many_quantiles();
  settings.bracket_errors = 0.0;
  const Stored many = store(with_mean_cosine(1450, 24, 0.3, 8), ElementType::f32);
  const Stored few = store(with_mean_cosine(380, 24, 0.3, 8), ElementType::f32);
  for_each_that_certifies([&](Backend& backend, bool slow) {
    Space space(backend, (slow ? few : many).matrix.view);
    expect_exact(space, Precision::single, settings, 8);
  });
}

TEST(CertifiedOrder, IsTheSameForAllThreadsAndMemory) {
  const Stored stored = store(with_mean_cosine(1200, 40, 0.3, 8), ElementType::bf16);
  std::vector<double> first;
  for_each_that_certifies([&](Backend& backend, bool slow) {
    // The mean row is each device's own.
    if (slow) return;
    for (const int64_t keep : {int64_t{0}, int64_t{1} << 18, int64_t{1} << 28}) {
      Space space(backend, stored.matrix.view, {.preprocessing = {.center = true}});
      DistributionSettings settings = many_quantiles();
      settings.keep_bytes = keep;
      DistributionAnalysis analysis(space, Precision::single, settings);
      SweepAnalysis* const analyses[] = {&analysis};
      run_sweeps(space, Precision::single, analyses, 0, {});
      const Distribution found = analysis.result();
      std::vector<double> values = {found.extremes.min, found.extremes.max, found.median};
      for (const Quantile& quantile : found.quantiles) values.push_back(quantile.value);
      if (first.empty()) first = values;
      EXPECT_EQ(values, first);
    }
  });
}

}  // namespace
}  // namespace gramian::testing
