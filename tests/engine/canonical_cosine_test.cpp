// The canonical cosine against one of 18 digits, its bound, and the same bits everywhere.

#include "engine/cosines/canonical_cosine.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/space.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "tests/oracle/exact_cosine.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/data.hpp"
#include "tests/support/random.hpp"

namespace gramian::testing {
namespace {

using Row = std::vector<double>;

constexpr int64_t kDims[] = {1, 2, 3, 8, 31, 32, 33, 63, 64, 65, 300, 768, 1025, 4096};

double cosine(const Row& x, const Row& y) { return canonical_cosine(x.data(), y.data(), std::ssize(x)); }

/// Difficult rows, one kind a number.
Row difficult(int64_t d, int kind, Random& random) {
  Row row(static_cast<size_t>(d));
  for (size_t k = 0; k < row.size(); ++k) {
    const double x = random.gaussian();
    switch (kind) {
      case 0:
        row[k] = x;
        break;
      case 1:
        row[k] = 1.0 + 1e-3 * x;  // nearly the same direction
        break;
      case 2:
        row[k] = k < 2 ? 100.0 * x : x;  // outlier dimensions
        break;
      case 3:
        row[k] = (k % 2 == 0 ? 1.0 : -1.0) * (1.0 + 1e-8 * x);  // cancels against kind 1
        break;
      case 4:
        row[k] = x * 1e-321;  // denormal: a few bits an entry
        break;
      case 5:
        row[k] = x * 1e307;
        break;
      default:
        row[k] = std::ldexp(x, static_cast<int>(random.below(2000)) - 1000);
        break;
    }
  }
  if (row[0] == 0.0) row[0] = std::numeric_limits<double>::denorm_min();
  return row;
}

constexpr int kKinds = 7;

TEST(CanonicalCosine, RowsThatAreTheSameHaveOne) {
  Random random(1);
  for (const int64_t d : kDims) {
    for (int kind = 0; kind < kKinds; ++kind) {
      for (int time = 0; time < 20; ++time) {
        const Row x = difficult(d, kind, random);
        Row opposite = x;
        for (double& value : opposite) value = -value;
        ASSERT_EQ(cosine(x, x), 1.0) << d << ", kind " << kind;
        ASSERT_EQ(cosine(x, opposite), -1.0) << d << ", kind " << kind;
        if (kind > 3) continue;
        Row larger = x;
        for (double& value : larger) value = std::ldexp(value, 77);
        ASSERT_EQ(cosine(x, larger), 1.0) << d << ", kind " << kind;
      }
    }
  }
}

TEST(CanonicalCosine, IsSymmetricAndWithinItsBound) {
  Random random(2);
  double largest = 0.0;  // share of the bound
  for (const int64_t d : kDims) {
    const double bound = canonical_cosine_bound(d);
    for (int time = 0; time < (d > 1000 ? 40 : 400); ++time) {
      const Row x = difficult(d, time % kKinds, random);
      const Row y = difficult(d, time / kKinds % kKinds, random);
      const double found = cosine(x, y);
      ASSERT_EQ(found, cosine(y, x));
      ASSERT_LE(std::abs(found), 1.0);
      const long double exact = oracle::exact_cosine(x.data(), y.data(), d);
      const double error = static_cast<double>(std::abs(static_cast<long double>(found) - exact));
      ASSERT_LE(error, bound) << d << ", kinds " << time % kKinds << ", " << time / kKinds % kKinds;
      largest = std::max(largest, error / bound);
    }
  }
  EXPECT_GT(largest, 0.05) << "nothing came near the bound: were the rows those that were meant?";
}

TEST(CanonicalCosine, RowsBuiltToLoseEveryTermStayWithinTheBound) {
  // In x every term after a lane's first is just below half a unit in the last place of the sum, so each is lost in xx;
  // in y there are no others, so xy and yy are exact.
  double largest = 0.0;
  for (const int64_t d : {64, 768, 4096, 65536}) {
    Row x(static_cast<size_t>(d), std::sqrt(0.99 * 0x1p-53));
    Row y(static_cast<size_t>(d), 0.0);
    for (size_t lane = 0; lane < 32; ++lane) x[lane] = y[lane] = 1.0;
    const long double exact = oracle::exact_cosine(x.data(), y.data(), d);
    const double error = static_cast<double>(std::abs(static_cast<long double>(cosine(x, y)) - exact));
    EXPECT_LE(error, canonical_cosine_bound(d)) << d;
    largest = std::max(largest, error / canonical_cosine_bound(d));
  }
  EXPECT_GT(largest, 0.2);
}

TEST(CanonicalCosine, EveryInstructionSetHasItsBits) {
  Random random(3);
  int count = 0;
  const cpu::IsaTable* const* tables = cpu::isa_tables(&count);
  for (int64_t d = 0; d <= 200; ++d) {
    Row x;
    Row y;
    std::vector<char> stored_x(static_cast<size_t>(4 * d) + 1);
    std::vector<char> stored_y(static_cast<size_t>(4 * d) + 3);
    for (int64_t k = 0; k < d; ++k) {
      const float a = static_cast<float>(random.gaussian());
      const float b = static_cast<float>(random.gaussian());
      std::memcpy(stored_x.data() + 1 + 4 * k, &a, 4);
      std::memcpy(stored_y.data() + 3 + 4 * k, &b, 4);
      x.push_back(static_cast<double>(a));
      y.push_back(static_cast<double>(b));
    }
    Row rough = x;
    for (double& value : rough) value += 1e-9 * random.gaussian();
    for (int k = 0; k < count; ++k) {
      const cpu::IsaTable& isa = *tables[k];
      EXPECT_EQ(isa.dot(rough.data(), y.data(), d), canonical_dot(rough.data(), y.data(), d)) << isa.name << ", " << d;
      EXPECT_EQ(isa.dot_f32(stored_x.data() + 1, stored_y.data() + 3, d), canonical_dot(x.data(), y.data(), d))
          << isa.name << ", " << d;
    }
  }
}

std::vector<Pair> all_pairs(int64_t n) {
  std::vector<Pair> pairs;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) pairs.push_back({i, j});
  }
  return pairs;
}

TEST(CanonicalCosine, IsWhatPairsOfEveryTypeHave) {
  for (const BackendCase& device : backends()) {
    for (const ElementType type : {ElementType::f64, ElementType::f32, ElementType::f16, ElementType::bf16}) {
      for (const bool centered : {false, true}) {
        const Stored stored = store(with_mean_cosine(40, 37, 0.6, 5), type);
        const auto backend = device.make(3);
        Space space(*backend, stored.matrix.view, {.preprocessing = {.center = centered}});
        const std::vector<Pair> pairs = all_pairs(space.size());
        const std::vector<double> found = backend->pair_cosines(space.device_rows(), space.unit(), pairs);
        for (size_t p = 0; p < pairs.size(); ++p) {
          Row x(37);
          Row y(37);
          for (int64_t k = 0; k < 37; ++k) {
            const double shift = centered ? space.plain().shift[static_cast<size_t>(k)] : 0.0;
            x[static_cast<size_t>(k)] = stored.exact.at(pairs[p].i, k) - shift;
            y[static_cast<size_t>(k)] = stored.exact.at(pairs[p].j, k) - shift;
          }
          ASSERT_EQ(found[p], cosine(x, y)) << device.name << ", pair " << p;
        }
        // Few pairs, for which nothing is kept.
        const std::vector<Pair> few = {{7, 3}, {7, 9}, {12, 12}};
        const std::vector<double> alone = backend->pair_cosines(space.device_rows(), space.unit(), few);
        for (size_t p = 0; p < few.size(); ++p) {
          ASSERT_EQ(alone[p], found[static_cast<size_t>(few[p].i * space.size() + few[p].j)]) << device.name;
        }
      }
    }
  }
}

TEST(CanonicalCosine, RowsOfExtremeNormHaveIt) {
  for (const double factor : {1e-318, 1e-321, 5e-323, 1e-300, 1.0, 3e307}) {
    const Stored stored = store(scaled(gaussian(40, 8, 9), factor), ElementType::f64);
    for (const BackendCase& device : devices()) {
      const auto backend = device.make(2);
      Space space(*backend, stored.matrix.view, {.drop_bad_rows = true});
      std::vector<Pair> pairs = all_pairs(space.size());
      const std::vector<double> found = backend->pair_cosines(space.device_rows(), space.unit(), pairs);
      // Swept cosines as well, in double precision.
      SweepRequest request{Dense{}};
      const SweepState state = backend->sweep(space.unit_rows(Precision::double_), request);
      const std::vector<double>& dense = state.of<Dense>(0).cosines;
      for (size_t p = 0; p < pairs.size(); ++p) {
        const auto row = [&](int64_t i) { return stored.exact.values.data() + space.matrix_row(i) * 8; };
        const double exact = static_cast<double>(oracle::exact_cosine(row(pairs[p].i), row(pairs[p].j), 8));
        ASSERT_NEAR(found[p], exact, canonical_cosine_bound(8)) << factor;
        if (pairs[p].i < pairs[p].j) {
          ASSERT_NEAR(dense[p], exact, 1e-14) << factor << ", " << device.name;
        }
      }
    }
  }
}

TEST(CanonicalCosine, OfTransformedRowsIsTheSameOnEveryDevice) {
  constexpr int64_t kDim = 70;
  RowTransform transform;
  transform.shift.assign(kDim, 0.01);
  transform.directions = DenseMatrix(2, kDim);
  for (int64_t k = 0; k < kDim; ++k) transform.directions(k % 2, k) = 1.0 / std::sqrt(kDim / 2.0);
  RowTransform mapped = transform;
  mapped.map = DenseMatrix(33, kDim);
  mapped.map.values = gaussian(33, kDim, 6).values;
  RowTransform shifted;
  shifted.shift = transform.shift;
  const Stored stored = store(with_mean_cosine(40, kDim, 0.9, 5), ElementType::f16);
  const std::vector<Pair> pairs = all_pairs(40);
  for (const RowTransform& each : {RowTransform{}, shifted, transform, mapped}) {
    std::vector<double> first;
    for (const BackendCase& device : devices()) {
      const auto backend = device.make(2);
      const auto rows = backend->upload(stored.matrix.view, {});
      const std::vector<double> found = backend->pair_cosines(*rows, each, pairs);
      if (first.empty()) first = found;
      EXPECT_EQ(found, first) << device.name;
      std::vector<double> kept(pairs.size());
      backend->kept_pair_cosines(*rows, each)->of(pairs, kept.data());
      EXPECT_EQ(kept, first) << device.name;
    }
  }
}

TEST(CanonicalCosine, FiniteRowsWhoseNormIsNoNumberAreRows) {
  const Matrix matrix = make_matrix(std::vector<double>{1.7e308, 1.7e308, 1.7e308, -1.7e308, 1.0, 0.0}, 3, 2);
  for (const BackendCase& device : devices()) {
    const auto backend = device.make(1);
    Space space(*backend, matrix.view);
    const std::vector<Pair> pairs = {{0, 1}, {0, 2}};
    const std::vector<double> found = backend->pair_cosines(space.device_rows(), space.unit(), pairs);
    EXPECT_EQ(found[0], 0.0) << device.name;
    EXPECT_NEAR(found[1], std::sqrt(0.5), 1e-15) << device.name;
  }
}

}  // namespace
}  // namespace gramian::testing
