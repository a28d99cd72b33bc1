#include "engine/analyses/distribution/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

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

}  // namespace

Spectrum spectrum(Space& space, const SpectrumSettings& settings) {
  const int64_t rank = std::min(space.size(), space.dim());
  if (settings.vectors < 0 || settings.vectors > rank) {
    throw InvalidSetting("vectors", std::to_string(settings.vectors) + ": there are " + std::to_string(rank));
  }
  const RowTransform& transform = settings.raw ? space.plain() : space.unit();
  Backend& backend = space.backend();
  const DenseMatrix gram = backend.gram(space.device_rows(), transform, space.device_rows(), transform);
  Spectrum result;
  DenseMatrix vectors(settings.vectors, space.dim());
  if (squares_are_safe(gram)) {
    const Eigen eigen = backend.eigh(gram);
    for (int64_t k = 0; k < rank; ++k) {
      result.singular_values.push_back(std::sqrt(std::max(0.0, eigen.values[static_cast<size_t>(k)])));
    }
    for (int64_t k = 0; k < settings.vectors; ++k) {
      for (int64_t c = 0; c < space.dim(); ++c) vectors(k, c) = eigen.vectors(c, k);
    }
    result.from_gram = result.singular_values.back() >= kGramLimit * result.singular_values.front();
  }
  if (!result.from_gram) {
    const Svd svd = backend.svd(backend.triangular_factor(space.device_rows(), transform));
    result.singular_values = svd.values;
    for (int64_t k = 0; k < settings.vectors; ++k) {
      for (int64_t c = 0; c < space.dim(); ++c) vectors(k, c) = svd.vt(k, c);
    }
  }
  result.vectors = oriented(std::move(vectors));

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
  const double smallest = result.singular_values.back();
  result.effective_rank = sum > 0.0 ? std::exp(entropy) : 0.0;
  result.participation_ratio = fourths > 0.0 ? squares * squares / fourths : 0.0;
  result.condition =
      smallest > 0.0 ? result.singular_values.front() / smallest : std::numeric_limits<double>::infinity();
  return result;
}

}  // namespace gramian
