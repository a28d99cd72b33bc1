#include "engine/certified/degrees.hpp"

#include <cmath>
#include <vector>

#include "engine/certified/decided.hpp"

namespace gramian {

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

DegreeDecisions::DegreeDecisions(Space& space, double threshold)
    : exact_(space.pair_cosines()), threshold_(threshold), reaching_(static_cast<size_t>(space.size()), 0) {}

void DegreeDecisions::take(std::span<const Pair> open) {
  std::vector<Pair> reaching;
  decide(exact_, open, threshold_, reaching);
  const std::scoped_lock lock(mutex_);
  decided_ += std::ssize(open);
  for (const Pair& pair : reaching) {
    ++reaching_[static_cast<size_t>(pair.i)];
    ++reaching_[static_cast<size_t>(pair.j)];
  }
}

void DegreeDecisions::add_to(Counts& counts, Certified& certified) const {
  for (size_t row = 0; row < reaching_.size(); ++row) counts[row] += reaching_[row];
  certified.recomputed += decided_;
}

}  // namespace gramian
