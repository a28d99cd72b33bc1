#include "engine/certified/degrees.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/certified/decided.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

/// Rows of a band, where the list of open pairs has overflowed.
constexpr int64_t kBandRows = 384;
/// Pairs that are recomputed at a time.
constexpr int64_t kBatch = int64_t{1} << 13;

}  // namespace

CsrBand certified_band(Space& space, const UnitRows& rows, double threshold, int64_t begin, int64_t end,
                       Certified& certified) {
  certified.bound = certified_bound(space, rows);
  Backend& backend = space.backend();
  if (!std::isfinite(certified.bound)) return backend.threshold_band(rows, threshold, begin, end);
  // A band holds cosines in fp32.
  const double margin = certified.bound + 0x1p-24;
  const CsrBand wide = backend.threshold_band(rows, threshold - margin, begin, end);
  CsrBand band;
  band.offsets.push_back(0);
  std::vector<Pair> open;
  const auto is_open = [&](size_t at) { return static_cast<double>(wide.cosines[at]) < threshold + margin; };
  for (int64_t row = begin; row < end; ++row) {
    const auto first = static_cast<size_t>(wide.offsets[static_cast<size_t>(row - begin)]);
    const auto last = static_cast<size_t>(wide.offsets[static_cast<size_t>(row - begin) + 1]);
    open.clear();
    for (size_t at = first; at < last; ++at) {
      if (is_open(at)) open.push_back({row, wide.columns[at]});
    }
    const std::vector<double> cosines = backend.pair_cosines(space.device_rows(), space.unit(), open);
    certified.recomputed += std::ssize(open);
    size_t next = 0;
    for (size_t at = first; at < last; ++at) {
      float cosine = wide.cosines[at];
      if (is_open(at)) {
        const double exact = cosines[next++];
        if (exact < threshold) continue;
        cosine = static_cast<float>(exact);
      }
      band.columns.push_back(wide.columns[at]);
      band.cosines.push_back(cosine);
    }
    band.offsets.push_back(std::ssize(band.columns));
  }
  return band;
}

void certify_degrees(Space& space, const UnitRows& rows, double threshold, Degrees::Found& found,
                     const Progress& progress, Certified& certified) {
  if (found.overflowed) {
    for (int64_t begin = 0; begin < space.size(); begin += kBandRows) {
      progress.check();
      const int64_t end = std::min(space.size(), begin + kBandRows);
      const CsrBand band = certified_band(space, rows, threshold, begin, end, certified);
      for (int64_t row = begin; row < end; ++row) {
        const auto at = static_cast<size_t>(row - begin);
        found.counts[static_cast<size_t>(row)] = static_cast<uint64_t>(band.offsets[at + 1] - band.offsets[at]);
      }
    }
  }
  if (found.open.empty()) return;
  const PairCosines& exact = space.pair_cosines();
  const int64_t batches = (std::ssize(found.open) + kBatch - 1) / kBatch;
  std::vector<std::vector<Pair>> reaching(static_cast<size_t>(batches));
  const auto between = [&](int64_t) { progress.check(); };
  parallel_for(
      space.backend().host_threads(), batches,
      [&](int64_t batch, int) {
        const auto begin = static_cast<size_t>(batch * kBatch);
        const auto pairs =
            std::span(found.open).subspan(begin, std::min(static_cast<size_t>(kBatch), found.open.size() - begin));
        decide(exact, pairs, threshold, reaching[static_cast<size_t>(batch)]);
      },
      between);
  for (const std::vector<Pair>& batch : reaching) {
    for (const Pair& pair : batch) {
      ++found.counts[static_cast<size_t>(pair.i)];
      ++found.counts[static_cast<size_t>(pair.j)];
    }
  }
  certified.recomputed += std::ssize(found.open);
  found.open.clear();
}

}  // namespace gramian
