#pragma once
// All that is asked of cuSOLVER. Matrices are column-major, as LAPACK has them, in device memory.

#include <cuda_runtime.h>

#include <cstdint>
#include <memory>

namespace gramian::cuda {

/// All throw InvalidInput where the iteration does not converge.
class Solver {
 public:
  Solver();
  ~Solver();
  /// Throws DeviceUnavailable where the library or an entry of it is missing.
  static void find_entries();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  /// a (m x m, symmetric) becomes its eigenvectors, `values` its eigenvalues, ascending.
  void eigh(int64_t m, double* a, double* values, cudaStream_t stream);
  /// a (m x n, m >= n, destroyed) = u diag(values) vt, values descending; u is m x n, vt is n x n.
  void svd(int64_t m, int64_t n, double* a, double* values, double* u, double* vt, cudaStream_t stream);
  /// R of a = QR in the upper triangle of a (m x n, leading dimension lda).
  void qr(int64_t m, int64_t n, double* a, int64_t lda, cudaStream_t stream);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramian::cuda
