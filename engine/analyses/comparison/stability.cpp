#include "engine/analyses/comparison/stability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "engine/error.hpp"

namespace gramian {
namespace {

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

DenseMatrix product(const DenseMatrix& a, const DenseMatrix& b) {
  DenseMatrix c(a.rows, b.cols);
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t k = 0; k < a.cols; ++k) {
      const double x = a(i, k);
      for (int64_t j = 0; j < b.cols; ++j) c(i, j) += x * b(k, j);
    }
  }
  return c;
}

DenseMatrix transposed(const DenseMatrix& a) {
  DenseMatrix t(a.cols, a.rows);
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t j = 0; j < a.cols; ++j) t(j, i) = a(i, j);
  }
  return t;
}

void clamp_cosines(std::vector<double>& cosines) {
  for (double& cosine : cosines) cosine = std::clamp(cosine, -1.0, 1.0);
}

}  // namespace

double procrustes_bytes(int64_t n, int64_t d1, int64_t d2) {
  const auto product = static_cast<double>(d1) * static_cast<double>(d2);
  const auto small = static_cast<double>(std::min(d1, d2));
  // E1ᵀE2 twice, one side's singular vectors as large, the other's and LAPACK's workspace; the rotation afterwards.
  return 8.0 * (4.0 * product + 6.0 * small * small + 8.0 * static_cast<double>(n));
}

Procrustes procrustes(Space& a, Space& b) {
  if (a.size() != b.size()) {
    throw InvalidUsage("comparing spaces needs the same items in both: " + std::to_string(a.size()) + " and " +
                       std::to_string(b.size()) + " rows");
  }
  Backend& backend = a.backend();
  const auto forms = [&](Space& x, const RowTransform& tx, const DenseMatrix& m, Space& y, const RowTransform& ty) {
    return backend.row_forms(x.device_rows(), tx, m, y.device_rows(), ty);
  };
  Procrustes result;
  result.frobenius = norm(forms(a, a.plain(), {}, b, b.plain()).distance);
  result.cosines_before = forms(a, a.unit(), {}, b, b.unit()).product;

  const Svd svd = backend.svd(backend.gram(a.device_rows(), a.plain(), b.device_rows(), b.plain()));
  result.rotation = product(svd.u, svd.vt);
  // The narrower space is mapped into the wider: an isometry, so that nothing falls off the end of a row.
  if (a.dim() <= b.dim()) {
    result.residual = norm(forms(a, a.plain(), result.rotation, b, b.plain()).distance);
    result.cosines_after = forms(a, a.unit(), result.rotation, b, b.unit()).product;
  } else {
    const DenseMatrix back = transposed(result.rotation);
    result.residual = norm(forms(b, b.plain(), back, a, a.plain()).distance);
    result.cosines_after = forms(b, b.unit(), back, a, a.unit()).product;
  }
  clamp_cosines(result.cosines_before);
  clamp_cosines(result.cosines_after);
  result.cosine_before = mean(result.cosines_before);
  result.cosine_after = mean(result.cosines_after);
  return result;
}

NeighborOverlap neighbor_overlap(const NeighborTable& a, const NeighborTable& b) {
  if (a.held.size() != b.held.size() || a.k != b.k || a.k < 1) {
    throw InvalidUsage("an overlap needs as many neighbours of as many rows on both sides");
  }
  NeighborOverlap result;
  const auto rows_of = [](std::span<const Neighbor> neighbors) {
    std::vector<int64_t> rows;
    for (const Neighbor& neighbor : neighbors) rows.push_back(neighbor.row);
    std::ranges::sort(rows);
    return rows;
  };
  for (int64_t row = 0; row < std::ssize(a.held); ++row) {
    const std::vector<int64_t> first = rows_of(a.of(row));
    const std::vector<int64_t> second = rows_of(b.of(row));
    std::vector<int64_t> both;
    std::ranges::set_intersection(first, second, std::back_inserter(both));
    const auto shared = static_cast<double>(both.size());
    const auto either = static_cast<double>(first.size() + second.size() - both.size());
    result.overlaps.push_back(shared / static_cast<double>(a.k));
    result.jaccards.push_back(either > 0.0 ? shared / either : 0.0);
  }
  result.overlap = mean(result.overlaps);
  result.jaccard = mean(result.jaccards);
  return result;
}

double spectral_distance(const Spectrum& a, const Spectrum& b, int64_t items) {
  const size_t count = std::max(a.singular_values.size(), b.singular_values.size());
  const auto at = [](const std::vector<double>& values, size_t k) { return k < values.size() ? values[k] : 0.0; };
  double sum = 0.0;
  for (size_t k = 0; k < count; ++k) {
    const double off = at(a.singular_values, k) - at(b.singular_values, k);
    sum += off * off;
  }
  return std::sqrt(sum / static_cast<double>(items));
}

CosineShift cosine_shift(const Distribution& a, const Distribution& b) {
  if (a.histogram_spec != b.histogram_spec || a.histogram.counts.size() != b.histogram.counts.size()) {
    throw InvalidUsage("distributions are compared by histograms with the same bins");
  }
  CosineShift shift;
  shift.mean = b.moments.mean - a.moments.mean;
  shift.sd = b.moments.sd - a.moments.sd;
  shift.median = b.median - a.median;
  const auto total = [](const Histogram::Found& h) {
    return static_cast<double>(std::reduce(h.counts.begin(), h.counts.end(), h.below + h.above));
  };
  const double total_a = total(a.histogram);
  const double total_b = total(b.histogram);
  if (!(total_a > 0.0) || !(total_b > 0.0)) {
    shift.wasserstein = shift.kolmogorov_smirnov = std::numeric_limits<double>::quiet_NaN();
    return shift;
  }
  const double width = (a.histogram_spec.hi - a.histogram_spec.lo) / static_cast<double>(a.histogram_spec.bins);
  uint64_t below_a = a.histogram.below;
  uint64_t below_b = b.histogram.below;
  for (size_t bin = 0; bin < a.histogram.counts.size(); ++bin) {
    below_a += a.histogram.counts[bin];
    below_b += b.histogram.counts[bin];
    const double off = std::abs(static_cast<double>(below_a) / total_a - static_cast<double>(below_b) / total_b);
    shift.wasserstein += off * width;
    shift.kolmogorov_smirnov = std::max(shift.kolmogorov_smirnov, off);
  }
  return shift;
}

Distribution with_wider_bins(Distribution distribution, int64_t factor) {
  Histogram& spec = distribution.histogram_spec;
  if (factor < 1 || spec.bins % factor != 0) throw InvalidUsage("the bins of a histogram cannot be grouped evenly");
  spec.bins /= factor;
  std::vector<uint64_t> counts(static_cast<size_t>(spec.bins));
  for (size_t bin = 0; bin < distribution.histogram.counts.size(); ++bin) {
    counts[bin / static_cast<size_t>(factor)] += distribution.histogram.counts[bin];
  }
  distribution.histogram.counts = std::move(counts);
  return distribution;
}

}  // namespace gramian
