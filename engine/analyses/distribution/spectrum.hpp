#pragma once
// Singular values of the unit rows X̂ (their squares are the eigenvalues of the n x n matrix of cosines S), or of the
// rows themselves.

#include <cstdint>
#include <vector>

#include "engine/space.hpp"

namespace gramian {

struct SpectrumSettings {
  bool raw = false;     // of the (preprocessed) rows without scaling them to length 1
  int64_t vectors = 0;  // right singular vectors wanted, 0 <= vectors <= min(n, d)
};

/// With pₖ = σₖ/Σσ and λₖ = σₖ²:
///   effective rank        exp(−Σ pₖ ln pₖ)     (Roy & Vetterli 2007)
///   participation ratio   (Σλ)²/Σλ²
///   condition             σ₁/σ_min; infinite where σ_min is no more than max(n, d) 2⁻⁵² σ₁, what rounding leaves of 0
struct Spectrum {
  std::vector<double> singular_values;  // min(n, d), descending
  double effective_rank = 0.0;
  double participation_ratio = 0.0;
  double condition = 0.0;
  DenseMatrix vectors;     // vectors x d: row k is the k-th right singular vector, its largest entry positive
  bool from_gram = false;  // false: from a QR factorization, since the Gram product would have lost small ones
};

/// From the eigenvalues of the smaller fp64 Gram product; when σ_min/σ₁ < 1e-6, from QR and the SVD of R instead, which
/// keeps small singular values that squaring loses. Throws InvalidUsage when `vectors` is out of range.
Spectrum spectrum(Space& space, const SpectrumSettings& settings);

/// Bytes that it takes besides the rows, of n rows of d dimensions: on the way of QR, which takes more.
double spectrum_bytes(int64_t n, int64_t d);

}  // namespace gramian
