#include "host/device/trial.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <utility>
#include <variant>

#include "engine/matrix.hpp"
#include "engine/random.hpp"

namespace gramian::host {
namespace {

constexpr int64_t kRows = 250;
constexpr int64_t kOthers = 130;
constexpr int64_t kDim = 64;
constexpr int64_t kEdge = 96;

/// Entries 1 and -1: with 64 of them every unit row, product and cosine is exact, so that no order of summation and no
/// precision makes a difference; and most cosines are those of many pairs, so that the order of equal ones shows.
Matrix signs(int64_t rows, uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(rows * kDim));
  std::mt19937_64 generator(seed);
  for (float& value : values) value = random_below(generator, 2) == 0 ? 1.0F : -1.0F;
  return make_matrix(std::move(values), rows, kDim);
}

/// Neighbours by themselves: not every way to sweep has them. Listed is left out: not every device has it, and who is
/// asked for it proves its bounds.
std::vector<SweepRequest> every_kind(const SweepShape& shape) {
  std::vector<uint8_t> parts(static_cast<size_t>(kFineBins));
  for (size_t cell = 0; cell < parts.size(); ++cell) parts[cell] = static_cast<uint8_t>(cell % 3);
  Probes probes;
  for (int64_t i = 0; i < shape.rows; i += 3) probes.pairs.push_back({i, shape.columns - 1});
  if (shape.triangle) std::erase(probes.pairs, Pair{shape.columns - 1, shape.columns - 1});
  const int coarse = shape.type == CosineType::f64 ? 45 : 16;
  SweepRequest request = {Dense{},
                          Extremes{},
                          Histogram{},
                          Histogram{-0.3, 0.7, 57},
                          fine_bracket(kFineBins / 2, kFineBins / 4 * 3, shape.type),
                          Bracket{-0.25, 0.25, Bracket::Keep::counts, coarse},
                          Degrees{0.125},
                          Degrees{0.3},
                          RankCounts{std::make_shared<const RankBins>(parts)},
                          probes};
  SweepRequest neighbours = {Nearest{.k = 7}};
  if (!shape.triangle) {
    neighbours.emplace_back(Nearest{.k = 5, .of = Axis::columns});
    request.emplace_back(Degrees{0.125, Axis::columns});
  }
  return {request, neighbours};
}

/// A kind without an overload of its own does not compile.
struct NameOf {
  const char* operator()(const Extremes&) const { return "extremes"; }
  const char* operator()(const Histogram&) const { return "a histogram"; }
  const char* operator()(const Bracket&) const { return "what order statistics are selected from"; }
  const char* operator()(const Probes&) const { return "cosines of single pairs"; }
  const char* operator()(const Dense&) const { return "cosines"; }
  const char* operator()(const Nearest&) const { return "neighbours"; }
  const char* operator()(const Degrees&) const { return "degrees"; }
  const char* operator()(const RankCounts&) const { return "ranks"; }
  const char* operator()(const Listed&) const { return "listed pairs"; }
};

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

struct SameBits {
  const Found& other;

  template <class F>
  bool operator()(const F& mine) const {
    return of(mine, std::get<F>(other));
  }

  template <class F>
  static bool of(const F& a, const F& b) {
    return a == b;
  }
  static bool of(const Bracket::Found& a, const Bracket::Found& b) {
    return a.below == b.below && a.inside == b.inside && a.counts == b.counts && a.values == b.values;
  }
  static bool of(const Probes::Found& a, const Probes::Found& b) { return same(a.cosines, b.cosines); }
  static bool of(const Dense::Found& a, const Dense::Found& b) { return same(a.cosines, b.cosines); }
  static bool of(const Nearest::Found& a, const Nearest::Found& b) {
    bool equal = a.held == b.held;
    for (int64_t row = 0; equal && row < std::ssize(a.held); ++row) equal = std::ranges::equal(a.of(row), b.of(row));
    return equal;
  }
  static bool of(const Listed::Found& a, const Listed::Found& b) { return a.below == b.below; }
};

/// Both sides of a sweep, on one device.
struct Prepared {
  Prepared(Backend& on, const Matrix& matrix, const Matrix& others, Precision precision)
      : backend(on),
        stored(on.upload(matrix.view, {})),
        stored_others(on.upload(others.view, {})),
        rows(on.prepare(*stored, {}, precision)),
        of_others(on.prepare(*stored_others, {}, precision, rows.get())) {}

  TileGrid grid(bool triangle) const {
    return triangle ? TileGrid::triangle(kRows, kEdge) : TileGrid::rectangle(kRows, kOthers, kEdge);
  }
  SweepState sweep(const SweepRequest& request, bool triangle) const {
    const TileGrid tiles = grid(triangle);
    const TileRange all{0, tiles.size()};
    SweepState state = triangle ? backend.sweep(*rows, request, tiles, all, {})
                                : backend.sweep(*rows, *of_others, request, tiles, all, {});
    canonicalize(state);
    return state;
  }

  Backend& backend;
  std::unique_ptr<DeviceRows> stored, stored_others;
  std::unique_ptr<UnitRows> rows, of_others;
};

}  // namespace

std::vector<std::string> differences(Backend& device, Backend& reference) {
  const Matrix matrix = signs(kRows, 1);
  const Matrix others = signs(kOthers, 2);
  std::vector<std::string> differing;
  for (const Precision precision : {Precision::single, Precision::double_, Precision::half}) {
    const Prepared mine(device, matrix, others, precision);
    const Prepared theirs(reference, matrix, others, precision);
    for (const bool triangle : {true, false}) {
      for (const SweepRequest& request : every_kind(shape_of(mine.grid(triangle), mine.rows->cosine_type()))) {
        const SweepState found = mine.sweep(request, triangle);
        const SweepState wanted = theirs.sweep(request, triangle);
        for (size_t place = 0; place < request.size(); ++place) {
          if (std::visit(SameBits{wanted.found[place]}, found.found[place])) continue;
          differing.push_back(std::string(std::visit(NameOf{}, request[place])) + " of a " +
                              (triangle ? "triangle" : "rectangle") + " in " + std::string(precision_name(precision)) +
                              " precision");
        }
      }
    }
  }
  return differing;
}

}  // namespace gramian::host
