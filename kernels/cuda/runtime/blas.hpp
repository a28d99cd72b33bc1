#pragma once
// All that is asked of cuBLAS. Matrices are row-major, leading dimensions count elements.

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <memory>

namespace gramian::cuda {

/// c (m x n) = alpha a bᵀ, or c + alpha a bᵀ when `accumulate`; a is m x k, b is n x k.
template <class In, class Out>
struct TileProduct {
  const In* a = nullptr;
  int64_t lda = 0;
  const In* b = nullptr;
  int64_t ldb = 0;
  int64_t m = 0, n = 0, k = 0;
  Out alpha = 1;
  bool accumulate = false;
  Out* c = nullptr;
  int64_t ldc = 0;
};

/// Determinism: an element's value depends on its row of a, its row of b, k and c alone: not on its place, on m or on
/// n.
class Blas {
 public:
  Blas();
  ~Blas();
  /// Throws DeviceUnavailable where a library or an entry of one is missing.
  static void find_entries();
  Blas(const Blas&) = delete;
  Blas& operator=(const Blas&) = delete;

  void product(const TileProduct<__half, float>& product, cudaStream_t stream);
  void product(const TileProduct<double, double>& product, cudaStream_t stream);
  /// Exact while no sum leaves 31 bits. k and leading dimensions are multiples of 16.
  void product(const TileProduct<int8_t, int32_t>& product, cudaStream_t stream);

  /// c (m x n) += aᵀ b; a is k x m, b is k x n.
  void add_gram(const double* a, int64_t m, const double* b, int64_t n, int64_t k, double* c, cudaStream_t stream);
  /// c (m x n) = aᵀ b, everything in fp32.
  void gram(const float* a, int64_t m, const float* b, int64_t n, int64_t k, float* c, cudaStream_t stream);
  /// c (m x n) = a b; a is m x k, b is k x n.
  void multiply(const double* a, const double* b, double* c, int64_t m, int64_t n, int64_t k, cudaStream_t stream);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramian::cuda
