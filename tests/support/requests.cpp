#include "tests/support/requests.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace gramian::testing {
namespace {

Bracket bracket(double lo, double hi, CosineType type, Bracket::Keep keep, int shift) {
  if (type == CosineType::f32) {
    lo = static_cast<double>(static_cast<float>(lo));
    hi = static_cast<double>(static_cast<float>(hi));
  }
  return {lo, hi, keep, shift};
}

/// On the fine grid and off it, narrower than fp32 resolves, and where there is no cosine.
SweepRequest every_kind_of_histogram() {
  return {
      Histogram{-1.0, 1.0, 2048},   fine_histogram(),
      Histogram{-1.0, 1.0, 1},  // on the fine grid
      Histogram{-0.5, 1.0, 3},      Histogram{-0.25, 0.75, 8},
      Histogram{-0.75, 0.625, 11},  // hi closes a fine bin
      Histogram{-1.0, 1.0, 1000},   Histogram{-1.0, 1.0, 65536},
      Histogram{0.0, 0.9, 1},  // off it
      Histogram{-0.3, 0.7, 4099},   Histogram{-1.1, 0.1, 24},
      Histogram{0.2, 1.0, 32},      Histogram{-1.1, 1.3, 77},
      Histogram{0.9999, 1.0, 50},   Histogram{-2.0, -1.5, 4},
      Histogram{1.5, 2.0, 4},       Histogram{0.1, 0.1000001, 9},
      Histogram{-1e300, 1e300, 10}, Histogram{0.0, 1e-300, 7},
      Histogram{-1e-40, 1e-40, 3},
  };
}

}  // namespace

RankBins uneven_bins() {
  std::vector<uint8_t> log_parts(static_cast<size_t>(kFineBins));
  for (size_t cell = 0; cell < log_parts.size(); ++cell) log_parts[cell] = static_cast<uint8_t>(cell % 3);
  // Round 0, round 1/8, at 1.
  for (const int64_t cell : {int64_t{8191}, int64_t{8192}, int64_t{9216}, kFineBins - 1}) {
    log_parts[static_cast<size_t>(cell)] = 15;
  }
  return RankBins(log_parts);
}

int64_t rank_bin(const RankBins& bins, double x) {
  // Wider than any cosine, so that nothing is rounded.
  const long double scaled = (static_cast<long double>(x) + 1.0L) * kFinePerUnit;
  const int64_t cell = std::min(static_cast<int64_t>(std::floor(scaled)), kFineBins - 1);
  const auto entry = static_cast<int64_t>(bins.cells()[static_cast<size_t>(cell)]);
  const int64_t parts = int64_t{1} << (entry & 31);
  const long double inside = (scaled - static_cast<long double>(cell)) * static_cast<long double>(parts);
  return (entry >> 5) + std::min(static_cast<int64_t>(std::floor(inside)), parts - 1);
}

SweepRequest everything(int64_t n, CosineType type) { return everything({n, n, true, type}); }

SweepRequest everything(const SweepShape& shape) {
  using Keep = Bracket::Keep;
  const CosineType type = shape.type;
  const bool wide = type == CosineType::f64;
  const int coarse = wide ? 42 : 13;
  SweepRequest request = {Dense{}, Extremes{}, Nearest{.k = 7}};
  for (const double threshold : {0.125, 0.3, -2.0, 1.0, 1.5, -0.25}) request.emplace_back(Degrees{threshold});
  if (!shape.triangle) {
    request.emplace_back(Nearest{.k = 5, .of = Axis::columns});
    for (const double threshold : {0.125, 0.3, 1.5}) request.emplace_back(Degrees{threshold, Axis::columns});
  }
  const SweepRequest histograms = every_kind_of_histogram();
  request.insert(request.end(), histograms.begin(), histograms.end());
  request.insert(request.end(), {
                                    fine_bracket(0, kFineBins - 1, type),
                                    fine_bracket(0, 0, type),
                                    fine_bracket(kFineBins - 1, kFineBins - 1, type),
                                    fine_bracket(8191, 8192, type),
                                    fine_bracket(7000, 9500, type),
                                    fine_bracket(9000, 12288, type),
                                    bracket(0.1, 0.4, type, Keep::values, 0),
                                    bracket(-0.25, 0.25, type, Keep::values, 0),
                                    bracket(0.125, 0.125, type, Keep::values, 0),
                                    bracket(-2.0, 2.0, type, Keep::values, 0),
                                    bracket(1.5, 1.75, type, Keep::values, 0),
                                    bracket(-1.75, -1.5, type, Keep::counts, coarse),
                                    bracket(-0.2, 0.3, type, Keep::counts, coarse + 5),
                                    bracket(-1.0, 1.0, type, Keep::counts, coarse + 8),
                                    bracket(0.25, std::nextafter(0.25, 1.0), type, Keep::counts, 0),
                                });
  if (!wide) request.emplace_back(bracket(0.2, 0.21, type, Keep::counts, 0));
  Bracket counted = fine_bracket(12288, 12292, type);
  counted.keep = Keep::counts;
  counted.shift = wide ? 30 : 0;
  request.emplace_back(counted);
  counted = fine_bracket(kFineBins - 1, kFineBins - 1, type);
  counted.keep = Keep::counts;
  counted.shift = wide ? 30 : 3;
  request.emplace_back(counted);
  request.emplace_back(RankCounts{std::make_shared<const RankBins>(uneven_bins())});
  Probes probes;
  for (int64_t i = 0; i < shape.rows; ++i) {
    for (int64_t j = shape.triangle ? i + 1 : 0; j < shape.columns; j += 1 + (i + j) % 7)
      probes.pairs.push_back({i, j});
  }
  if (!probes.pairs.empty()) probes.pairs.insert(probes.pairs.begin(), probes.pairs.front());
  request.emplace_back(probes);
  return request;
}

SweepRequest without_places(const SweepRequest& request) {
  SweepRequest left;
  for (const Reduction& reduction : request) {
    if (std::holds_alternative<Probes>(reduction) || std::holds_alternative<Nearest>(reduction) ||
        std::holds_alternative<Degrees>(reduction)) {
      continue;
    }
    left.push_back(reduction);
  }
  return left;
}

}  // namespace gramian::testing
