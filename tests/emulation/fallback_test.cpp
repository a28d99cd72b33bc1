// The CUDA backend where something is missing: a driver, a device, memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/error.hpp"
#include "engine/space.hpp"
#include "kernels/cpu/backend.hpp"
#include "tests/emulation/emulated_backend.hpp"
#include "tests/support/data.hpp"
#include "tests/support/sweeping.hpp"
#include "tests/support/tolerances.hpp"

namespace gramian::testing {
namespace {

template <class Thrown>
std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Thrown& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string refusal(const emulation::Settings& settings, const std::vector<int>& devices = {}) {
  return message_of<DeviceUnavailable>([&] { make_emulated_backend(settings, {.devices = devices}); });
}

TEST(Fallback, SaysWhyThereIsNoDevice) {
  emulation::Settings settings;
  settings.driver = false;
  EXPECT_EQ(refusal(settings), "no CUDA device: no CUDA driver is installed");
  settings.driver = true;
  settings.devices = 0;
  EXPECT_EQ(refusal(settings), "no CUDA device: the CUDA driver finds no device");
  settings.devices = 2;
  EXPECT_EQ(refusal(settings, {2}), "there is no cuda:2: the CUDA devices are cuda:0 to cuda:1");
  settings.compute_major = 7;
  EXPECT_EQ(refusal(settings),
            "no CUDA device: cuda:1 (emulated device) has compute capability 7.0 and 8.0 is the oldest that will do");
  settings.compute_major = 8;
  settings.code = false;
  const std::string without_code = refusal(settings, {1});
  EXPECT_NE(without_code.find("cuda:1 (compute capability 8.0"), std::string::npos) << without_code;
  EXPECT_NE(without_code.find("-DGRAMIAN_CUDA_ARCH=native"), std::string::npos) << without_code;
  settings.code = true;
  EXPECT_EQ(make_emulated_backend(settings)->info().name, "cuda:0");
  EXPECT_EQ(make_emulated_backend(settings, {.devices = {1}})->info().name, "cuda:1");
}

/// The findings of a device with so much memory, and how much of it was in use at most.
struct Outcome {
  std::string bytes;
  std::string error;
  size_t peak = 0;
};

Outcome swept(size_t memory, int64_t edge, int devices = 1, int64_t memory_limit = 0, bool many_counters = false,
              size_t library = 0) {
  constexpr int64_t n = 700;
  static const Stored stored = store(with_mean_cosine(n, 70, 0.3, 5), ElementType::f32);
  emulation::Settings settings;
  settings.memory_bytes = memory;
  settings.library_bytes = library;
  settings.devices = devices;
  const auto backend = make_emulated_backend(settings, {.tile_edge = edge, .memory_limit = memory_limit});
  Outcome outcome;
  try {
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    // Little of it grows with anything but tiles and rows.
    SweepRequest request = {Extremes{},
                            Dense{},
                            Histogram{-1.0, 1.0, 2048},
                            Histogram{-0.3, 0.7, 99},
                            Bracket{0.1, 0.4, Bracket::Keep::values, 0},
                            Nearest{7},
                            Degrees{0.3},
                            Probes{{{0, 1}, {3, 499}, {400, 699}}}};
    if (many_counters) request.push_back(Bracket{0.5, 0.6, Bracket::Keep::counts, 0});
    SweepState state = prepared.sweep(request, edge);
    canonicalize(state);
    outcome.bytes = bytes_of(state);
  } catch (const OutOfMemory& error) {
    outcome.error = error.what();
  }
  outcome.peak = emulation::peak_bytes();
  return outcome;
}

constexpr int64_t kEdge = 256;
constexpr size_t kPlenty = size_t{64} << 20;

TEST(Fallback, LessMemoryCostsTimeAlone) {
  const Outcome whole = swept(kPlenty, kEdge);
  ASSERT_FALSE(whole.bytes.empty()) << whole.error;
  // Down to where it does not do any more, in steps that meet smaller tiles and panels on the way.
  bool failed = false;
  int done = 0;
  for (size_t memory = whole.peak; memory > (size_t{128} << 10) && !failed; memory -= memory / 8) {
    const Outcome less = swept(memory, kEdge);
    EXPECT_LE(less.peak, memory);
    failed = !less.error.empty();
    if (std::getenv("GRAMIAN_SHOW_MEMORY") != nullptr) {
      std::printf("%zu bytes: %zu at most, %s\n", memory, less.peak, failed ? less.error.c_str() : "done");
    }
    if (failed) {
      EXPECT_NE(less.error.find("would be enough"), std::string::npos) << less.error;
    } else {
      EXPECT_TRUE(less.bytes == whole.bytes) << memory << " bytes";
      ++done;
    }
  }
  EXPECT_TRUE(failed);
  EXPECT_GT(done, 5);
}

TEST(Fallback, RowsThatDoNotFitPassThroughInPanels) {
  // The rows alone are 700 x 1,280 bytes; small tiles leave room for some of them only.
  const Outcome whole = swept(kPlenty, 48);
  const Outcome streamed = swept(kPlenty, 48, 1, 4500000);
  EXPECT_TRUE(streamed.bytes == whole.bytes) << streamed.error;
  EXPECT_LT(streamed.peak, whole.peak);
  EXPECT_TRUE(swept(kPlenty, 48, 2, 4500000).bytes == whole.bytes);
}

TEST(Fallback, RowsMakeRoomForWhatASweepLeaves) {
  // 13 MB of counters, of which nothing is known when the 0.9 MB of rows are put on the device.
  const Outcome whole = swept(kPlenty, 48, 1, 0, true);
  ASSERT_FALSE(whole.bytes.empty()) << whole.error;
  const size_t rows = size_t{700} * 128 * 10;
  const Outcome less = swept(whole.peak - rows / 2, 48, 1, 0, true);
  EXPECT_TRUE(less.bytes == whole.bytes) << less.error;
  EXPECT_LE(less.peak, whole.peak - rows / 2);
}

TEST(Fallback, DevicesWithoutPoolsOfMemoryWillDo) {
  const Stored stored = store(gaussian(60, 40, 1), ElementType::f32);
  const SweepRequest request = {Extremes{}, Nearest{3}};
  std::vector<std::string> bytes;
  for (const bool pools : {true, false}) {
    emulation::Settings settings;
    settings.devices = 5;
    settings.pools = pools;
    // A device is asked what it has once a process, so these devices are for this test alone.
    const auto backend = make_emulated_backend(settings, {.tile_edge = 48, .devices = {pools ? 3 : 4}});
    const size_t before = emulation::pooled_allocations();
    const Prepared prepared(*backend, stored.matrix, Precision::single);
    SweepState state = prepared.sweep(request, 48);
    EXPECT_EQ(emulation::pooled_allocations() > before, pools);
    canonicalize(state);
    bytes.push_back(bytes_of(state));
  }
  EXPECT_TRUE(bytes[0] == bytes[1]);
}

TEST(Fallback, WorksOnAfterRunningOutOfMemory) {
  emulation::Settings settings;
  settings.memory_bytes = size_t{8} << 20;
  const auto backend = make_emulated_backend(settings, {.tile_edge = 48});
  const Stored small = store(gaussian(100, 30, 1), ElementType::f32);
  const Stored large = store(gaussian(2000, 1200, 1), ElementType::f32);
  EXPECT_THROW(backend->gram(*backend->upload(large.matrix.view, {}), {}, *backend->upload(large.matrix.view, {}), {}),
               OutOfMemory);
  const Prepared prepared(*backend, small.matrix, Precision::single);
  EXPECT_EQ(prepared.sweep({Extremes{}}, 48).pairs, 4950u);
}

TEST(Fallback, LooksForLibrariesBeforeItStartsADevice) {
  emulation::Settings settings;
  settings.devices = 2;
  settings.libraries = false;
  EXPECT_EQ(refusal(settings), "cuBLASLt is not to be found");
  EXPECT_EQ(emulation::contexts(), 0);
}

/// The bytes of a sweep of 331 rows, and what the backend says of itself after it.
std::pair<std::string, DeviceInfo> swept_on(const emulation::Settings& settings, const EmulatedOptions& options) {
  static const Stored stored = store(with_mean_cosine(331, 40, 0.0, 5), ElementType::f32);
  const auto backend = make_emulated_backend(settings, options);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  SweepState state = prepared.sweep({Extremes{}, Dense{}, Nearest{5}}, 48);
  canonicalize(state);
  return {bytes_of(state), backend->info()};
}

TEST(Fallback, StartsASecondDeviceWhereThatPays) {
  emulation::Settings settings;
  settings.devices = 4;
  constexpr double kWork = 331.0 * 331.0 / 2.0 * 40.0;  // multiply-adds
  std::string first;
  for (const int paid : {1, 2, 4}) {
    const auto [bytes, info] = swept_on(settings, {.worth_a_device = kWork / (paid + 0.5)});
    EXPECT_EQ(emulation::contexts(), paid);
    EXPECT_EQ(info.threads, paid);
    EXPECT_EQ(std::ranges::count(info.name, ','), paid - 1) << info.name;
    if (first.empty()) first = bytes;
    EXPECT_TRUE(bytes == first);
  }
}

TEST(Fallback, NeverMixesDevicesOfDifferentKinds) {
  emulation::Settings settings;
  settings.devices = 3;
  settings.majors = {9, 8, 9};
  const auto [bytes, info] = swept_on(settings, {});
  EXPECT_EQ(info.name, "cuda:0,cuda:2");
  EXPECT_NE(info.detail.find("left out: cuda:1 (emulated device) is of another kind"), std::string::npos)
      << info.detail;
  settings.majors = {9};
  settings.devices = 1;
  EXPECT_TRUE(bytes == swept_on(settings, {}).first);
  settings.majors = {8};
  EXPECT_FALSE(bytes == swept_on(settings, {}).first);  // the other kind's tensor cores cut elsewhere
  settings.devices = 2;
  settings.majors = {9, 8};
  const std::string mixed = refusal(settings, {0, 1});
  EXPECT_NE(mixed.find("cuda:1 (emulated device) and cuda:0 (emulated device) are of different kinds"),
            std::string::npos)
      << mixed;
}

TEST(Fallback, FormsTilesOfOneShapeInARectangle) {
  static const Stored first = store(gaussian(331, 40, 1), ElementType::f32);
  static const Stored second = store(gaussian(203, 40, 2), ElementType::f32);
  const auto backend = make_emulated_backend({});
  const Prepared a(*backend, first.matrix, Precision::single);
  const Prepared b(*backend, second.matrix, Precision::single, a.rows.get());
  const int64_t edge = backend->grid(*a.rows, *b.rows).edge();
  ASSERT_LT(edge, 203);
  emulation::configure({});
  backend->sweep(*a.rows, *b.rows, {Extremes{}});
  EXPECT_EQ(emulation::product_shapes(), (std::set<std::pair<int64_t, int64_t>>{{edge, edge}}));
}

TEST(Fallback, FormsTilesOfOneShape) {
  static const Stored stored = store(gaussian(331, 40, 1), ElementType::f32);
  for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
    const auto backend = make_emulated_backend({});
    const Prepared prepared(*backend, stored.matrix, precision);
    const int64_t edge = backend->grid(*prepared.rows).edge();
    ASSERT_LT(edge, 331);
    ASSERT_NE(331 % edge, 0);
    emulation::configure({});  // what has been formed so far is forgotten
    prepared.sweep({Extremes{}}, edge);
    backend->threshold_band(*prepared.rows, 0.2, 100, 331);
    EXPECT_EQ(emulation::product_shapes(), (std::set<std::pair<int64_t, int64_t>>{{edge, edge}}));
  }
}

TEST(Fallback, MemoryThatALibraryTakesIsLeftToIt) {
  const Outcome whole = swept(kPlenty, kEdge);
  for (const size_t library : {size_t{1} << 20, size_t{4} << 20}) {
    const Outcome less = swept(size_t{9} << 20, kEdge, 1, 0, false, library);
    EXPECT_TRUE(less.bytes == whole.bytes) << less.error;
  }
}

TEST(Fallback, WorksWithoutPageLockedMemory) {
  emulation::Settings settings;
  const std::string bytes = swept_on(settings, {}).first;
  settings.page_locked_bytes = 0;
  EXPECT_TRUE(bytes == swept_on(settings, {}).first);
}

/// The host's below 128 rows, the solver's from there on.
TEST(Fallback, FactorizationsOnBothSidesOfTheChoiceAreTheCpus) {
  const auto cpu = cpu::make_backend({});
  const auto backend = make_emulated_backend({});
  for (const int64_t m : {int64_t{1}, int64_t{127}, int64_t{128}, int64_t{129}}) {
    const Stored stored = store(gaussian(m + 3, m, 4), ElementType::f64);
    const auto rows = cpu->upload(stored.matrix.view, {});
    const DenseMatrix gram = cpu->gram(*rows, {}, *rows, {});
    const DenseMatrix factor = cpu->triangular_factor(*rows, {});
    const std::vector<double> values = cpu->eigh(gram).values;
    const std::vector<double> singular = cpu->svd(factor).values;
    const std::vector<double> found_values = backend->eigh(gram).values;
    const std::vector<double> found_singular = backend->svd(factor).values;
    ASSERT_EQ(found_values.size(), values.size());
    ASSERT_EQ(found_singular.size(), singular.size());
    for (size_t k = 0; k < values.size(); ++k) {
      EXPECT_NEAR(found_values[k], values[k], kSingularTolerance * values[0]) << m;
      EXPECT_NEAR(found_singular[k], singular[k], kSingularTolerance * singular[0]) << m;
    }
  }
}

/// Neighbours, degrees and order statistics, decided by canonical cosines.
std::vector<double> decided_on(Backend& backend, const Stored& stored) {
  Space space(backend, stored.matrix.view);
  DistributionSettings settings;
  settings.quantiles = {0.0, 0.25, 0.9, 1.0};
  settings.counted = false;
  Asked<Nearest> nearest = nearest_neighbors(space, 4);
  Asked degrees(Degrees{.threshold = 0.5});
  DistributionAnalysis distribution(space, Precision::single, settings);
  SweepAnalysis* const analyses[] = {&nearest, &degrees, &distribution};
  const SweepReport report = run_sweeps(space, Precision::single, analyses, 0, {});
  EXPECT_TRUE(std::isfinite(report.certified.bound));
  std::vector<double> all(degrees.found().counts.begin(), degrees.found().counts.end());
  for (int64_t row = 0; row < space.size(); ++row) {
    for (const auto& [neighbor, cosine] : nearest.found().of(row)) {
      all.push_back(static_cast<double>(neighbor));
      all.push_back(cosine);
    }
  }
  const Distribution found = distribution.result();
  all.insert(all.end(), {found.extremes.min, found.extremes.max, found.median});
  for (const Quantile& quantile : found.quantiles) all.push_back(quantile.value);
  return all;
}

TEST(Fallback, WhatIsDecidedIsTheCpusHoweverMuchMemoryThereIs) {
  const Stored stored = store(lattice(420, 5), ElementType::f32);
  const auto cpu = cpu::make_backend({.threads = 2});
  const std::vector<double> expected = decided_on(*cpu, stored);
  for (const size_t bytes : {size_t{4} << 30, size_t{12} << 20, size_t{9} << 20}) {
    for (const int devices : {1, 2}) {
      emulation::Settings settings;
      settings.memory_bytes = bytes;
      settings.devices = devices;
      const auto backend = make_emulated_backend(settings, {.worth_a_device = 0.0});
      EXPECT_EQ(decided_on(*backend, stored), expected) << (bytes >> 20) << " MB, " << devices << " devices";
    }
  }
}

TEST(Fallback, RowsAreUploadedOnce) {
  const Stored stored = store(gaussian(400, 300, 1), ElementType::f32);
  const auto backend = make_emulated_backend({});
  const Space space(*backend, stored.matrix.view);
  EXPECT_GE(emulation::copied_bytes(), size_t{400} * 300 * 4);
  EXPECT_LT(emulation::copied_bytes(), size_t{401} * 300 * 4);
}

TEST(Fallback, KernelsReallyRun) {
  const auto backend = make_emulated_backend({});
  const Stored stored = store(gaussian(60, 40, 1), ElementType::f32);
  const Prepared prepared(*backend, stored.matrix, Precision::single);
  const int64_t before = emulation::kernels_run();
  prepared.sweep({Extremes{}}, 48);
  // One pass over each of the three tiles, and the start of the extremes.
  EXPECT_EQ(emulation::kernels_run() - before, 4);
}

}  // namespace
}  // namespace gramian::testing
