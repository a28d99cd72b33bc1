#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "engine/certified/certified_sweep.hpp"

namespace gramian {

/// Decides the open pairs of degrees by their canonical cosines, where the sweep meets them: however many there are,
/// none is kept.
class DegreeDecisions final : public Degrees::Sink {
 public:
  /// `space` must outlive it.
  DegreeDecisions(Space& space, double threshold);
  void take(std::span<const Pair> open) override;
  /// Makes the counts of a sweep those of the canonical cosines.
  void add_to(Counts& counts, Certified& certified) const;

 private:
  const PairCosines& exact_;
  double threshold_;
  std::mutex mutex_;
  std::vector<uint32_t> reaching_;  // a row
  int64_t decided_ = 0;
};

}  // namespace gramian
