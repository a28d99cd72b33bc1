#pragma once
// Sweeps whose neighbours, degrees, order statistics and extremes are those of the canonical cosines
// (engine/cosines/canonical_cosine.hpp).
//
// Swept cosines come with a proven bound on their error (UnitRows::bound). What it decides is decided; what it leaves
// open is decided by canonical cosines:
//   nearest   some more than k are kept. With v the k-th largest swept cosine of a row and m the bound, the k nearest
//             are among those of v - 2m and more; where not all of these were kept, the row's are looked for again.
//   degrees   pairs within m of the threshold are decided where the sweep meets them.
//   listed      pairs round order statistics and extremes are handed over to be decided (order_search.hpp).
// Everything else is passed on as it is, and so is everything where no bound is proven.

#include <cstdint>
#include <optional>

#include "engine/progress.hpp"
#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

struct Certified {
  double bound = 0.0;      // of the difference between a swept cosine and the canonical one; infinite where unproven
  int64_t recomputed = 0;  // pairs
  /// Measured on sampled pairs, where rows of less than the asked precision were swept.
  std::optional<double> largest_error;
};

/// The largest difference between a cosine of `rows`, prepared of `space`, and the canonical one.
double certified_bound(const Space& space, const UnitRows& rows);

/// The form of rows that answers a request of `precision` soonest, where it asks for nothing but what canonical cosines
/// decide, and histograms of bins much wider than the bound: `half` where 16 bits tell nearly all cosines of this space
/// apart, `double_` where fp32 does not, judged by a sample of `seed`. But for those histograms, results do not depend
/// on it.
Precision deciding_precision(Space& space, const SweepRequest& request, Precision precision, uint64_t seed);

/// Whether answers of this precision are certified. `half` is for fast looks, and stays what it is.
constexpr bool is_certified(Precision precision) { return precision != Precision::half; }

/// Backend::sweep over the triangle, certified. `rows` were prepared of `space`. `certified` stays as it is where
/// nothing was.
SweepState certified_sweep(Space& space, const UnitRows& rows, const SweepRequest& request, const Progress& progress,
                           Certified& certified);

/// Backend::threshold_band, certified: exactly the pairs whose canonical cosine reaches the threshold, with swept
/// cosines, or the canonical one where that had to decide.
CsrBand certified_band(Space& space, const UnitRows& rows, double threshold, int64_t begin, int64_t end,
                       Certified& certified);

}  // namespace gramian
