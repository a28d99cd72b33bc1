#include "kernels/cpu/backend.hpp"

#include <cblas.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cpu/blas_memory.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/machine.hpp"
#include "kernels/cpu/products/bare_gemm.hpp"
#include "kernels/cpu/products/dense.hpp"
#include "kernels/cpu/products/gram.hpp"
#include "kernels/cpu/products/resample.hpp"
#include "kernels/cpu/products/row_forms.hpp"
#include "kernels/cpu/products/softmax_products.hpp"
#include "kernels/cpu/rows/rows.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"
#include "kernels/cpu/sweep/rank_product.hpp"
#include "kernels/cpu/sweep/sweep.hpp"
#include "kernels/cpu/sweep/threshold_band.hpp"

namespace gramian::cpu {
namespace {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string megabytes(int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MB"; }

/// Rounding to int16 turns a row by at most sqrt(d)/65534, which proves 5e-4 up to d = 268. Pairs built to be the worst
/// reach, in a model of the rounding, 4.1e-4 at d = 768 and 6.8e-4 at 2048, growing as sqrt(d).
constexpr int64_t kFixedPointDims = 1024;

Form form_for(Precision precision, int64_t dim) {
  switch (precision) {
    case Precision::double_:
      return Form::f64;
    case Precision::half:
      // Where fixed point has no gain or would not be near enough, fp32 keeps the promise as well.
      if (isa_table().product_i8 != nullptr && dim <= kFixedPointDims) return Form::i8;
      return isa_table().product_i16 != nullptr && dim <= kFixedPointDims ? Form::i16 : Form::f32;
    case Precision::single:
      break;
  }
  return Form::f32;
}

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const CpuOptions& options)
      : threads_(options.threads > 0 ? options.threads : available_threads()),
        tile_edge_(options.tile_edge),
        memory_limit_(options.memory_limit) {
    // One thread inside BLAS and LAPACK: the same bits on every machine size, and our own threads do the sharing.
    openblas_set_num_threads(1);
    reserve_blas_memory(threads_);
  }

  DeviceInfo info() const override {
    return {"cpu", processor_name(), std::string(isa_table().name) + ", OpenBLAS for " + openblas_get_corename(),
            threads_};
  }

  std::unique_ptr<DeviceRows> upload(const MatrixView& view, std::span<const int64_t> rows) override {
    for (const int64_t row : rows) {
      if (row < 0 || row >= view.rows) throw InvalidUsage("row " + std::to_string(row) + " is not in the matrix");
    }
    return std::make_unique<CpuRows>(view, rows);
  }

  std::vector<double> norms(const DeviceRows& rows, const RowTransform& transform) override {
    return row_norms(as_cpu(rows), transform, threads_);
  }

  std::vector<double> column_sums(const DeviceRows& rows, const RowTransform& transform) override {
    return cpu::column_sums(as_cpu(rows), transform, threads_);
  }

  DenseMatrix gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb) override {
    return cpu::gram(as_cpu(a), ta, as_cpu(b), tb, &a == &b && &ta == &tb, threads_);
  }

  RowForms row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                     const RowTransform& tb) override {
    return cpu::row_forms(as_cpu(a), ta, m, as_cpu(b), tb, threads_);
  }

  void resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision, int64_t replicates,
                       const std::function<void(int64_t, Resample&)>& draw,
                       const std::function<void(int64_t, const DenseMatrix&)>& take,
                       const Progress& progress) override {
    cpu::resampled_grams(a, b, precision, replicates, draw, take, threads_, progress);
  }

  DenseMatrix triangular_factor(const DeviceRows& rows, const RowTransform& transform) override {
    return cpu::triangular_factor(as_cpu(rows), transform);
  }

  Eigen eigh(const DenseMatrix& symmetric) override { return cpu::eigh(symmetric); }
  Svd svd(const DenseMatrix& matrix) override { return cpu::svd(matrix); }

  std::vector<double> pair_cosines(const DeviceRows& rows, const RowTransform& transform,
                                   std::span<const Pair> pairs) override {
    return cpu::pair_cosines(as_cpu(rows), transform, pairs, threads_);
  }

  double sampling_cost() const override { return 2.0; }  // measured; flat round its best

  std::vector<SoftmaxProducts> softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                const DenseMatrix& queries, int64_t k, double temperature,
                                                const Progress& progress) override {
    return cpu::softmax_products(as_cpu(rows), transform, queries, k, temperature, threads_, progress);
  }

  std::unique_ptr<UnitRows> prepare(const DeviceRows& rows, const RowTransform& transform,
                                    Precision precision) override {
    const Form form = form_for(precision, rows.dim());
    const int64_t tile_edge = preferred_tile_edge(form == Form::f64 ? CosineType::f64 : CosineType::f32);
    const int64_t needed = CpuUnitRows::bytes(form, rows.rows(), rows.dim()) + threads_ * tile_edge * tile_edge * 8;
    const int64_t allowed = memory_limit_ > 0 ? memory_limit_ : free_memory();
    if (needed > allowed) {
      throw OutOfMemory("the rows in " + std::string(precision_name(precision)) + " precision need " +
                        megabytes(needed) + " of memory and " + megabytes(allowed) +
                        (memory_limit_ > 0 ? " are allowed: raise --memory-limit" : " are free: use --limit"));
    }
    return pack_unit_rows(as_cpu(rows), transform, form, threads_);
  }

  TileGrid grid(const UnitRows& rows) override {
    return {rows.rows(), tile_edge_ > 0 ? tile_edge_ : preferred_tile_edge(rows.cosine_type())};
  }

  SweepState sweep(const UnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                   const Progress& progress) override {
    return cpu::sweep(as_cpu(rows), request, grid, range, threads_, progress);
  }

  RankSums rank_product(const UnitRows& a, const RankBins& bins_a, const UnitRows& b, const RankBins& bins_b,
                        std::span<const int32_t> values_b, const TileGrid& grid, TileRange range,
                        const Progress& progress) override {
    return cpu::rank_product(as_cpu(a), bins_a, as_cpu(b), bins_b, values_b, grid, range, threads_, progress);
  }

  CsrBand threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) override {
    return cpu::threshold_band(as_cpu(rows), threshold, begin, end, threads_);
  }

  double bare_triangle_seconds(const UnitRows& rows, const Progress& progress) override {
    return cpu::bare_triangle_seconds(as_cpu(rows), grid(rows), threads_, progress);
  }

 private:
  int threads_;
  int64_t tile_edge_;
  int64_t memory_limit_;
};

}  // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int64_t processors = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return narrow<int>(std::max<int64_t>(1, std::min({processors, processor_quota(), threads_with_blas_memory()})));
}

std::unique_ptr<Backend> make_backend(const CpuOptions& options) { return std::make_unique<CpuBackend>(options); }

}  // namespace gramian::cpu
