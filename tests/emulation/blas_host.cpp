// cuBLAS's part on the host: the same products in plain loops, with the roundings of the hardware that matter. Tensor
// cores sum 16 products at once and cut, not round, the sum to fp32.

#include <cmath>
#include <vector>

#include "kernels/cuda/blas.hpp"
#include "kernels/cuda/check.hpp"

namespace gramian::cuda {
namespace {

float cut(double x) {
  const auto rounded = static_cast<float>(x);
  return std::abs(static_cast<double>(rounded)) > std::abs(x) ? std::nextafter(rounded, 0.0f) : rounded;
}

/// Neighbours first, so that exchanging the two terms of a pair changes nothing.
float tensor_sum(const float* x, const float* y, int64_t k) {
  constexpr int64_t kAtOnce = 16;
  float sum = 0.0f;
  for (int64_t begin = 0; begin < k; begin += kAtOnce) {
    double group = 0.0;
    for (int64_t at = begin; at + 1 < k && at < begin + kAtOnce; at += 2) {
      group += static_cast<double>(x[at]) * static_cast<double>(y[at]) +
               static_cast<double>(x[at + 1]) * static_cast<double>(y[at + 1]);
    }
    sum = cut(static_cast<double>(sum) + group);
  }
  return sum;
}

template <class T>
T chain_sum(const T* x, const T* y, int64_t k) {
  T sum = 0;
  for (int64_t at = 0; at < k; ++at) sum = std::fma(x[at], y[at], sum);
  return sum;
}

template <class In, class Out, class Sum>
void run(const TileProduct<In, Out>& p, const In* a, const In* b, int64_t lda, int64_t ldb, Sum sum) {
  for (int64_t i = 0; i < p.m; ++i) {
    for (int64_t j = 0; j < p.n; ++j) {
      Out& c = p.c[i * p.ldc + j];
      const Out x = p.alpha * sum(a + i * lda, b + j * ldb, p.k);
      c = p.accumulate ? c + x : x;
    }
  }
}

std::vector<float> widened(const __half* rows, int64_t ld, int64_t count, int64_t k) {
  std::vector<float> values(static_cast<size_t>(count * k));
  for (int64_t r = 0; r < count; ++r) {
    for (int64_t at = 0; at < k; ++at) values[static_cast<size_t>(r * k + at)] = __half2float(rows[r * ld + at]);
  }
  return values;
}

}  // namespace

struct Blas::Impl {};
Blas::Blas() = default;
Blas::~Blas() = default;

void Blas::product(const TileProduct<__half, float>& p, cudaStream_t stream) {
  check(emulation::enqueue_host(stream,
                                [p] {
                                  const std::vector<float> a = widened(p.a, p.lda, p.m, p.k);
                                  const std::vector<float> b = widened(p.b, p.ldb, p.n, p.k);
                                  TileProduct<float, float> wide;
                                  wide.m = p.m;
                                  wide.n = p.n;
                                  wide.k = p.k;
                                  wide.alpha = p.alpha;
                                  wide.accumulate = p.accumulate;
                                  wide.c = p.c;
                                  wide.ldc = p.ldc;
                                  run(wide, a.data(), b.data(), p.k, p.k, tensor_sum);
                                }),
        "a product");
}

void Blas::product(const TileProduct<float, float>& p, cudaStream_t stream) {
  check(emulation::enqueue_host(stream, [p] { run(p, p.a, p.b, p.lda, p.ldb, chain_sum<float>); }), "a product");
}

void Blas::product(const TileProduct<double, double>& p, cudaStream_t stream) {
  check(emulation::enqueue_host(stream, [p] { run(p, p.a, p.b, p.lda, p.ldb, chain_sum<double>); }), "a product");
}

void Blas::add_gram(const double* a, int64_t m, const double* b, int64_t n, int64_t k, double* c, cudaStream_t stream) {
  check(emulation::enqueue_host(stream,
                                [=] {
                                  std::vector<double> part(static_cast<size_t>(m * n), 0.0);
                                  for (int64_t r = 0; r < k; ++r) {
                                    for (int64_t i = 0; i < m; ++i) {
                                      const double x = a[r * m + i];
                                      for (int64_t j = 0; j < n; ++j) {
                                        part[static_cast<size_t>(i * n + j)] += x * b[r * n + j];
                                      }
                                    }
                                  }
                                  for (int64_t at = 0; at < m * n; ++at) c[at] += part[static_cast<size_t>(at)];
                                }),
        "a Gram product");
}

void Blas::multiply(const double* a, const double* b, double* c, int64_t m, int64_t n, int64_t k, cudaStream_t stream) {
  check(emulation::enqueue_host(stream,
                                [=] {
                                  for (int64_t i = 0; i < m; ++i) {
                                    for (int64_t j = 0; j < n; ++j) c[i * n + j] = 0.0;
                                    for (int64_t at = 0; at < k; ++at) {
                                      for (int64_t j = 0; j < n; ++j) c[i * n + j] += a[i * k + at] * b[at * n + j];
                                    }
                                  }
                                }),
        "a product");
}

}  // namespace gramian::cuda
