// cuBLAS's part on the host: the same products in plain loops, with the roundings of the hardware that matter.

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cuda/runtime/blas.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/check.hpp"
#include "tests/emulation/control.hpp"

namespace gramian::cuda {
namespace {

float cut(double x) {
  const auto rounded = static_cast<float>(x);
  return std::abs(static_cast<double>(rounded)) > std::abs(x) ? std::nextafter(rounded, 0.0f) : rounded;
}

/// A tensor core adds `width` products and the running sum at once: all are aligned to the largest of them, keep
/// `extra` bits below fp32's last, and are cut there; so is the sum. H100: 16 and 2; A100: 8 and 1, as Fasi et al.
/// (PeerJ CS 7:e330, 2021) and Khattak & Mikaitis (arXiv 2512.07004) found by experiment.
template <int kWidth, int kExtra>
float tensor_sum(const float* x, const float* y, int64_t k) {
  float sum = 0.0f;
  for (int64_t begin = 0; begin < k; begin += kWidth) {
    double products[kWidth] = {};
    const int64_t here = std::min<int64_t>(kWidth, k - begin);
    for (int64_t w = 0; w < here; ++w) {
      products[w] = static_cast<double>(x[begin + w]) * static_cast<double>(y[begin + w]);
    }
    double largest = std::abs(static_cast<double>(sum));
    for (const double product : products) largest = std::max(largest, std::abs(product));
    if (largest == 0.0) continue;
    // Powers of two: neither they nor what they multiply are rounded.
    const auto exponent = static_cast<int64_t>(std::bit_cast<uint64_t>(largest) >> 52) - 1023;
    const double per_unit = std::bit_cast<double>(static_cast<uint64_t>(1023 + 23 + kExtra - exponent) << 52);
    int64_t group = static_cast<int32_t>(static_cast<double>(sum) * per_unit);
    for (const double product : products) group += static_cast<int32_t>(product * per_unit);
    sum = cut(static_cast<double>(group) / per_unit);
  }
  return sum;
}

double chain_sum(const double* x, const double* y, int64_t k) {
  double sum = 0.0;
  for (int64_t at = 0; at < k; ++at) sum = std::fma(x[at], y[at], sum);
  return sum;
}

/// As the hardware does, which has no more than 32 bits: what leaves them is a fault.
int32_t exact_sum(const int8_t* x, const int8_t* y, int64_t k) {
  int64_t sum = 0;
  for (int64_t at = 0; at < k; ++at) sum += int32_t{x[at]} * int32_t{y[at]};
  return narrow<int32_t>(sum);
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

/// aᵀ b, row after row.
template <class T>
std::vector<T> gram_of(const T* a, int64_t m, const T* b, int64_t n, int64_t k) {
  std::vector<T> product(static_cast<size_t>(m * n), T(0));
  for (int64_t r = 0; r < k; ++r) {
    for (int64_t i = 0; i < m; ++i) {
      const T x = a[r * m + i];
      for (int64_t j = 0; j < n; ++j) product[static_cast<size_t>(i * n + j)] += x * b[r * n + j];
    }
  }
  return product;
}

}  // namespace

/// Memory that it takes for good, as the real one does for the code of its kernels.
struct Blas::Impl {
  void* memory = nullptr;
  ~Impl() {
    if (memory != nullptr) cudaFree(memory);
  }
  /// Where there is no memory left it says something else.
  void load_code() {
    const size_t bytes = emulation::settings().library_bytes;
    if (memory != nullptr || bytes == 0) return;
    if (cudaMalloc(&memory, bytes) == cudaSuccess) return;
    cudaGetLastError();
    throw_library_failure("cuBLAS", "a product", "CUBLAS_STATUS_INTERNAL_ERROR", false);
  }
};

void Blas::find_entries() {
  if (!emulation::settings().libraries) throw DeviceUnavailable("cuBLASLt is not to be found");
}
// cuBLAS takes memory of the device when it starts; where there is none, that is what fails first.
Blas::Blas() : impl_(std::make_unique<Impl>()) { const DeviceBuffer<char> start(4096, "the start of cuBLAS"); }
Blas::~Blas() = default;

void Blas::product(const TileProduct<__half, float>& p, cudaStream_t stream) {
  impl_->load_code();
  emulation::note_product(p.m, p.n);
  check(emulation::enqueue_host(stream,
                                [p, old = emulation::compute_major_of(emulation::device_of(stream)) < 9,
                                 wrong = emulation::settings().wrong] {
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
                                  run(wide, a.data(), b.data(), p.k, p.k, old ? tensor_sum<8, 1> : tensor_sum<16, 2>);
                                  if (wrong) *p.c += 0.25F;
                                }),
        "a product");
}

void Blas::product(const TileProduct<double, double>& p, cudaStream_t stream) {
  impl_->load_code();
  emulation::note_product(p.m, p.n);
  check(emulation::enqueue_host(stream, [p] { run(p, p.a, p.b, p.lda, p.ldb, chain_sum); }), "a product");
}

void Blas::product(const TileProduct<int8_t, int32_t>& p, cudaStream_t stream) {
  impl_->load_code();
  if (!emulation::settings().int8_products) throw DeviceUnavailable("cuBLAS has no algorithm for a product of tiles");
  emulation::note_product(p.m, p.n);
  check(emulation::enqueue_host(stream, [p] { run(p, p.a, p.b, p.lda, p.ldb, exact_sum); }), "a product");
}

void Blas::add_gram(const double* a, int64_t m, const double* b, int64_t n, int64_t k, double* c, cudaStream_t stream) {
  check(emulation::enqueue_host(stream,
                                [=] {
                                  const std::vector<double> product = gram_of(a, m, b, n, k);
                                  for (int64_t at = 0; at < m * n; ++at) c[at] += product[static_cast<size_t>(at)];
                                }),
        "a Gram product");
}

void Blas::gram(const float* a, int64_t m, const float* b, int64_t n, int64_t k, float* c, cudaStream_t stream) {
  check(emulation::enqueue_host(stream, [=] { std::ranges::copy(gram_of(a, m, b, n, k), c); }), "a Gram product");
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
