#include "engine/analyses/distribution/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "engine/row_products.hpp"

namespace gramian {
namespace {

/// Below this ratio of singular values their squares come near fp64's resolution.
constexpr double kGramLimit = 1e-6;

DenseMatrix oriented(DenseMatrix vectors) {
  for (int64_t k = 0; k < vectors.rows; ++k) {
    double largest = 0.0;
    for (int64_t c = 0; c < vectors.cols; ++c) {
      if (std::abs(vectors(k, c)) > std::abs(largest)) largest = vectors(k, c);
    }
    for (int64_t c = 0; largest < 0.0 && c < vectors.cols; ++c) vectors(k, c) = -vectors(k, c);
  }
  return vectors;
}

/// Values and vectors from the smaller Gram product; false where that cannot tell small ones.
bool from_gram(Space& space, const RowTransform& transform, Spectrum& result) {
  Backend& backend = space.backend();
  const int64_t rank = std::min(space.size(), space.dim());
  const int64_t count = result.vectors.rows;
  const bool rows = rows_are_fewer(space.size(), space.dim());
  // Right singular vectors are those of the d x d side.
  if (rows && count > 0) return false;
  const DenseMatrix gram = rows ? row_products(backend, space.device_rows(), transform)
                                : backend.gram(space.device_rows(), transform, space.device_rows(), transform);
  if (!squares_are_safe(gram)) return false;
  const Eigen eigen = backend.eigh(gram);
  for (int64_t k = 0; k < rank; ++k) {
    result.singular_values.push_back(std::sqrt(std::max(0.0, eigen.values[static_cast<size_t>(k)])));
  }
  for (int64_t k = 0; k < count; ++k) {
    for (int64_t c = 0; c < space.dim(); ++c) result.vectors(k, c) = eigen.vectors(c, k);
  }
  return result.singular_values.back() >= kGramLimit * result.singular_values.front();
}

void from_factor(Space& space, const RowTransform& transform, Spectrum& result) {
  Backend& backend = space.backend();
  Svd svd = backend.svd(backend.triangular_factor(space.device_rows(), transform));
  result.singular_values = std::move(svd.values);
  std::copy_n(svd.vt.values.begin(), result.vectors.values.size(), result.vectors.values.begin());
}

}  // namespace

double spectrum_bytes(int64_t n, int64_t d) {
  const auto small = static_cast<double>(std::min(n, d));
  const auto wide = static_cast<double>(d);
  // Eigenvectors twice, what they are of, and LAPACK's workspace.
  const double eigen = smaller_gram_bytes(n, d) / 8.0 + 5.0 * small * small;
  // Rows that are rotated into the factor at a time, and the factor before and after.
  const double rotated = std::min(static_cast<double>(n), small + std::max(2.0 * wide, 1024.0)) * wide;
  const double factor = rotated + 2.0 * small * wide;
  // The factor twice, its vectors, and LAPACK's workspace.
  const double vectors = 3.0 * small * wide + 6.0 * small * small;
  return 8.0 * std::max({eigen, factor, vectors});
}

Spectrum spectrum(Space& space, const SpectrumSettings& settings) {
  const int64_t rank = std::min(space.size(), space.dim());
  if (settings.vectors < 0 || settings.vectors > rank) {
    throw InvalidSetting("vectors", std::to_string(settings.vectors) + ": there are " + std::to_string(rank));
  }
  const RowTransform& transform = settings.raw ? space.plain() : space.unit();
  Spectrum result;
  result.vectors = DenseMatrix(settings.vectors, space.dim());
  result.from_gram = from_gram(space, transform, result);
  if (!result.from_gram) from_factor(space, transform, result);
  result.vectors = oriented(std::move(result.vectors));

  // Ratios to the largest have squares that are representable.
  const double largest = result.singular_values.front();
  double sum = 0.0;
  double squares = 0.0;
  double fourths = 0.0;
  for (const double value : result.singular_values) {
    const double s = largest > 0.0 ? value / largest : 0.0;
    sum += s;
    squares += s * s;
    fourths += s * s * s * s;
  }
  double entropy = 0.0;
  for (const double value : result.singular_values) {
    const double share = value > 0.0 ? value / largest / sum : 1.0;
    entropy -= share * std::log(share);
  }
  // A smaller one is what rounding leaves of zero.
  const double rounding =
      std::numeric_limits<double>::epsilon() * static_cast<double>(std::max(space.size(), space.dim())) * largest;
  const double smallest = result.singular_values.back();
  result.effective_rank = sum > 0.0 ? std::exp(entropy) : 0.0;
  result.participation_ratio = fourths > 0.0 ? squares * squares / fourths : 0.0;
  result.condition = smallest > rounding ? largest / smallest : std::numeric_limits<double>::infinity();
  return result;
}

}  // namespace gramian
