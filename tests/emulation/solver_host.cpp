// cuSOLVER's part on the host: LAPACK.

#include <lapacke.h>

#include <string>
#include <vector>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cuda/runtime/check.hpp"
#include "kernels/cuda/runtime/solver.hpp"

namespace gramian::cuda {
namespace {

void check_info(lapack_int info, const char* routine) {
  if (info != 0) throw InvalidInput(std::string(routine) + " did not converge");
}

}  // namespace

struct Solver::Impl {};
Solver::Solver() = default;
Solver::~Solver() = default;

void Solver::eigh(int64_t m, double* a, double* values, cudaStream_t stream) {
  const auto order = narrow<lapack_int>(m);
  check(cudaStreamSynchronize(stream), "the solver");
  check_info(LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', order, a, order, values), "dsyevd");
}

void Solver::svd(int64_t m, int64_t n, double* a, double* values, double* u, double* vt, cudaStream_t stream) {
  const auto rows = narrow<lapack_int>(m);
  const auto cols = narrow<lapack_int>(n);
  std::vector<double> rest(static_cast<size_t>(n));
  check(cudaStreamSynchronize(stream), "the solver");
  check_info(LAPACKE_dgesvd(LAPACK_COL_MAJOR, 'S', 'S', rows, cols, a, rows, values, u, rows, vt, cols, rest.data()),
             "dgesvd");
}

void Solver::qr(int64_t m, int64_t n, double* a, int64_t lda, cudaStream_t stream) {
  std::vector<double> tau(static_cast<size_t>(m < n ? m : n));
  check(cudaStreamSynchronize(stream), "the solver");
  check_info(LAPACKE_dgeqrf(LAPACK_COL_MAJOR, narrow<lapack_int>(m), narrow<lapack_int>(n), a, narrow<lapack_int>(lda),
                            tau.data()),
             "dgeqrf");
}

}  // namespace gramian::cuda
