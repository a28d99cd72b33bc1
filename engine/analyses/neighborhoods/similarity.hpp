#pragma once
// The matrix of cosines of a small set of rows.

#include <cstdint>

#include "engine/backend.hpp"
#include "engine/space.hpp"
#include "engine/sweep/plan.hpp"

namespace gramian {

/// Gathers S = X̂X̂ᵀ (n x n). The diagonal is 1 by definition.
class SimilarityAnalysis final : public SweepAnalysis {
 public:
  explicit SimilarityAnalysis(const Space& space) : n_(space.size()) {}
  SweepRequest needs() override;
  void take(SweepState state) override;
  /// After run_sweeps: symmetric, n x n.
  const DenseMatrix& matrix() const { return matrix_; }

 private:
  int64_t n_;
  bool done_ = false;
  DenseMatrix matrix_;
};

/// The `count` leading eigenvectors of a symmetric matrix as rows of the result, each with its largest entry positive.
DenseMatrix leading_vectors(const Eigen& eigen, int64_t count);

/// Bytes of the matrix of n rows, of its eigenvectors and of what finds them.
inline double similarity_bytes(int64_t n) { return 40.0 * static_cast<double>(n) * static_cast<double>(n); }

}  // namespace gramian
