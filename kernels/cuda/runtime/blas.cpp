#include "kernels/cuda/runtime/blas.hpp"

#include <cublasLt.h>
#include <cublas_v2.h>
#include <spdlog/spdlog.h>

#include <compare>
#include <map>
#include <string>
#include <type_traits>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/device_memory.hpp"
#include "kernels/cuda/runtime/handles.hpp"
#include "kernels/cuda/runtime/vendor_library.hpp"

namespace gramian::cuda {
namespace {

constexpr const char* kWheels = CUBLAS_VER_MAJOR >= 13 ? "nvidia-cublas" : "nvidia-cublas-cu12";
constexpr VendorLibrary kCublasLt{"cuBLASLt", "libcublasLt.so." GRAMIAN_TEXT_OF(CUBLAS_VER_MAJOR), kWheels};
constexpr VendorLibrary kCublas{"cuBLAS", "libcublas.so." GRAMIAN_TEXT_OF(CUBLAS_VER_MAJOR), kWheels};
GRAMIAN_ENTRY(kCublasLt, cublasLtCreate);
GRAMIAN_ENTRY(kCublasLt, cublasLtDestroy);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmul);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmulAlgoCheck);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmulAlgoGetHeuristic);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmulDescInit_internal);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmulDescSetAttribute);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmulPreferenceInit_internal);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatmulPreferenceSetAttribute);
GRAMIAN_ENTRY(kCublasLt, cublasLtMatrixLayoutInit_internal);
GRAMIAN_ENTRY(kCublas, cublasCreate);
GRAMIAN_ENTRY(kCublas, cublasDestroy);
GRAMIAN_ENTRY(kCublas, cublasDgemm_64);
GRAMIAN_ENTRY(kCublas, cublasGetStatusString);
GRAMIAN_ENTRY(kCublas, cublasSetMathMode);
GRAMIAN_ENTRY(kCublas, cublasSetStream);
GRAMIAN_ENTRY(kCublas, cublasSgemm_64);

void check_blas(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw_library_failure("cuBLAS", what, cublasGetStatusString(status), status == CUBLAS_STATUS_ALLOC_FAILED);
}

void destroy_light(cublasLtHandle_t handle) noexcept { cublasLtDestroy(handle); }
void destroy_blas(cublasHandle_t handle) noexcept { cublasDestroy(handle); }

/// Types of a product: pedantic where the library could otherwise round inputs or emulate.
template <class In, class Out>
struct Types;
template <>
struct Types<__half, float> {
  static constexpr cudaDataType_t kIn = CUDA_R_16F;
  static constexpr cudaDataType_t kOut = CUDA_R_32F;
  static constexpr cublasComputeType_t kCompute = CUBLAS_COMPUTE_32F;
};
template <>
struct Types<double, double> {
  static constexpr cudaDataType_t kIn = CUDA_R_64F;
  static constexpr cudaDataType_t kOut = CUDA_R_64F;
  static constexpr cublasComputeType_t kCompute = CUBLAS_COMPUTE_64F_PEDANTIC;
};

/// The library multiplies int8 only as it is asked to here, its left operand transposed.
template <>
struct Types<int8_t, int32_t> {
  static constexpr cudaDataType_t kIn = CUDA_R_8I;
  static constexpr cudaDataType_t kOut = CUDA_R_32I;
  static constexpr cublasComputeType_t kCompute = CUBLAS_COMPUTE_32I;
};

/// cuBLAS is column-major: what we call c it calls its transpose, b aᵀ.
struct Problem {
  cublasLtMatmulDescOpaque_t description;
  cublasLtMatrixLayoutOpaque_t left, right, out;
};

template <class In, class Out>
Problem problem_of(const TileProduct<In, Out>& p, int64_t m, int64_t n) {
  using T = Types<In, Out>;
  Problem problem;
  check_blas(cublasLtMatmulDescInit_internal(&problem.description, sizeof problem.description, T::kCompute, T::kOut),
             "a product's description");
  const cublasOperation_t transposed = CUBLAS_OP_T;
  check_blas(
      cublasLtMatmulDescSetAttribute(&problem.description, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed),
      "a product's description");
  const auto k = static_cast<uint64_t>(p.k);
  check_blas(
      cublasLtMatrixLayoutInit_internal(&problem.left, sizeof problem.left, T::kIn, k, static_cast<uint64_t>(n), p.ldb),
      "a layout");
  check_blas(cublasLtMatrixLayoutInit_internal(&problem.right, sizeof problem.right, T::kIn, k,
                                               static_cast<uint64_t>(m), p.lda),
             "a layout");
  check_blas(cublasLtMatrixLayoutInit_internal(&problem.out, sizeof problem.out, T::kOut, static_cast<uint64_t>(n),
                                               static_cast<uint64_t>(m), p.ldc),
             "a layout");
  return problem;
}

}  // namespace

struct Blas::Impl {
  UniqueHandle<cublasLtHandle_t, destroy_light> light;
  UniqueHandle<cublasHandle_t, destroy_blas> plain;
  struct Shape {
    int type;
    int64_t k, lda, ldb, m, n, ldc;
    auto operator<=>(const Shape&) const = default;
  };
  std::map<Shape, cublasLtMatmulAlgo_t> algorithms;

  cublasHandle_t on(cudaStream_t stream) {
    if (plain.get() == nullptr) {
      trim_pool();  // it asks the driver for memory
      cublasHandle_t handle = nullptr;
      check_blas(cublasCreate(&handle), "its start");
      plain = UniqueHandle<cublasHandle_t, destroy_blas>(handle);
      // The environment can have cuBLAS emulate fp64; here it may not.
      check_blas(cublasSetMathMode(handle, CUBLAS_PEDANTIC_MATH), "its mode");
    }
    check_blas(cublasSetStream(plain.get(), stream), "its stream");
    return plain.get();
  }

  /// The library's first choice for a problem; without a workspace, so that none splits k, where the order of summation
  /// would depend on the shape.
  cublasLtMatmulAlgo_t choose(Problem& problem, uint32_t alignment) {
    cublasLtMatmulPreferenceOpaque_t preference;
    check_blas(cublasLtMatmulPreferenceInit_internal(&preference, sizeof preference), "a preference");
    const size_t workspace = 0;
    const uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_NONE;
    check_blas(cublasLtMatmulPreferenceSetAttribute(&preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
                                                    sizeof workspace),
               "a preference");
    check_blas(cublasLtMatmulPreferenceSetAttribute(&preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                                                    &reductions, sizeof reductions),
               "a preference");
    // The library would take it for 256 bytes.
    for (const auto operand :
         {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES}) {
      check_blas(cublasLtMatmulPreferenceSetAttribute(&preference, operand, &alignment, sizeof alignment),
                 "a preference");
    }
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    check_blas(cublasLtMatmulAlgoGetHeuristic(light.get(), &problem.description, &problem.left, &problem.right,
                                              &problem.out, &problem.out, &preference, 1, &found, &count),
               "the choice of an algorithm");
    if (count == 0 || found.state != CUBLAS_STATUS_SUCCESS)
      throw DeviceUnavailable("cuBLAS has no algorithm for a product of tiles");
    return found.algo;
  }

  /// One algorithm for every shape of tile, so that a cosine is the same bits in all of them. Should the library refuse
  /// it for a shape, that is said and another one taken: no less exact, but maybe other bits. A sweep's tiles are of
  /// one shape (RowAccess), so never two of them within one sweep.
  template <class In, class Out>
  const cublasLtMatmulAlgo_t& algorithm_for(const TileProduct<In, Out>& p, Problem& problem) {
    constexpr int64_t kReference = 2048;
    // Unit rows begin at multiples of 16 bytes, rows in fp64 wherever their elements may.
    constexpr uint32_t kAlignment = sizeof(In) == 8 ? 8 : 16;
    const Shape shape{static_cast<int>(Types<In, Out>::kIn), p.k, p.lda, p.ldb, p.m, p.n, p.ldc};
    if (const auto known = algorithms.find(shape); known != algorithms.end()) return known->second;
    const Shape kind{shape.type, p.k, p.lda, p.ldb, kReference, kReference, kReference};
    auto chosen = algorithms.find(kind);
    if (chosen == algorithms.end()) {
      Problem reference = problem_of(p, kReference, kReference);
      check_blas(cublasLtMatrixLayoutInit_internal(&reference.out, sizeof reference.out, Types<In, Out>::kOut,
                                                   kReference, kReference, kReference),
                 "a layout");
      chosen = algorithms.emplace(kind, choose(reference, kAlignment)).first;
    }
    cublasLtMatmulHeuristicResult_t verdict{};
    const cublasStatus_t status =
        cublasLtMatmulAlgoCheck(light.get(), &problem.description, &problem.left, &problem.right, &problem.out,
                                &problem.out, &chosen->second, &verdict);
    if (status == CUBLAS_STATUS_SUCCESS && verdict.workspaceSize == 0) {
      return algorithms.emplace(shape, chosen->second).first->second;
    }
    if constexpr (!std::is_integral_v<Out>) {  // whole numbers are the same bits by any algorithm
      spdlog::warn(
          "cuBLAS refuses its algorithm for products of {} x {} x {} ({}), so another is taken: cosines may "
          "differ in their last bits from those of sweeps with other tiles",
          p.m, p.n, p.k, cublasGetStatusString(status));
    }
    return algorithms.emplace(shape, choose(problem, kAlignment)).first->second;
  }

  template <class In, class Out>
  void product(const TileProduct<In, Out>& p, cudaStream_t stream) {
    if (p.m == 0 || p.n == 0 || p.k == 0) return;
    Problem problem = problem_of(p, p.m, p.n);
    const cublasLtMatmulAlgo_t& algorithm = algorithm_for(p, problem);
    const Out beta = p.accumulate ? 1 : 0;
    check_blas(cublasLtMatmul(light.get(), &problem.description, &p.alpha, p.b, &problem.left, p.a, &problem.right,
                              &beta, p.c, &problem.out, p.c, &problem.out, &algorithm, nullptr, 0, stream),
               "a product");
  }
};

void Blas::find_entries() {
  find_all(cublasLtCreate, cublasLtDestroy, cublasLtMatmul, cublasLtMatmulAlgoCheck, cublasLtMatmulAlgoGetHeuristic,
           cublasLtMatmulDescInit_internal, cublasLtMatmulDescSetAttribute, cublasLtMatmulPreferenceInit_internal,
           cublasLtMatmulPreferenceSetAttribute, cublasLtMatrixLayoutInit_internal, cublasCreate, cublasDestroy,
           cublasDgemm_64, cublasGetStatusString, cublasSetMathMode, cublasSetStream, cublasSgemm_64);
}

Blas::Blas() : impl_(std::make_unique<Impl>()) {
  find_entries();
  cublasLtHandle_t handle = nullptr;
  check_blas(cublasLtCreate(&handle), "its start");
  impl_->light = UniqueHandle<cublasLtHandle_t, destroy_light>(handle);
}

Blas::~Blas() = default;

void Blas::product(const TileProduct<__half, float>& p, cudaStream_t stream) { impl_->product(p, stream); }
void Blas::product(const TileProduct<double, double>& p, cudaStream_t stream) { impl_->product(p, stream); }
void Blas::product(const TileProduct<int8_t, int32_t>& p, cudaStream_t stream) { impl_->product(p, stream); }

void Blas::add_gram(const double* a, int64_t m, const double* b, int64_t n, int64_t k, double* c, cudaStream_t stream) {
  if (m == 0 || n == 0 || k == 0) return;
  const double one = 1.0;
  check_blas(cublasDgemm_64(impl_->on(stream), CUBLAS_OP_N, CUBLAS_OP_T, n, m, k, &one, b, n, a, m, &one, c, n),
             "a Gram product");
}

void Blas::gram(const float* a, int64_t m, const float* b, int64_t n, int64_t k, float* c, cudaStream_t stream) {
  if (m == 0 || n == 0 || k == 0) return;
  const float one = 1.0f;
  const float zero = 0.0f;
  check_blas(cublasSgemm_64(impl_->on(stream), CUBLAS_OP_N, CUBLAS_OP_T, n, m, k, &one, b, n, a, m, &zero, c, n),
             "a Gram product");
}

void Blas::multiply(const double* a, const double* b, double* c, int64_t m, int64_t n, int64_t k, cudaStream_t stream) {
  if (m == 0 || n == 0) return;
  const double one = 1.0;
  const double zero = 0.0;
  check_blas(cublasDgemm_64(impl_->on(stream), CUBLAS_OP_N, CUBLAS_OP_N, n, m, k, &one, b, n, a, k, &zero, c, n),
             "a product");
}

}  // namespace gramian::cuda
