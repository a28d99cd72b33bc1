#include "kernels/cpu/backend.hpp"

#include <cblas.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "engine/on_host/canonical_rows.hpp"
#include "kernels/cpu/blas_memory.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/machine.hpp"
#include "kernels/cpu/products/bare_gemm.hpp"
#include "kernels/cpu/products/dense.hpp"
#include "kernels/cpu/products/gram.hpp"
#include "kernels/cpu/products/resample.hpp"
#include "kernels/cpu/products/row_forms.hpp"
#include "kernels/cpu/products/softmax_products.hpp"
#include "kernels/cpu/rows/corrections.hpp"
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

/// Two int8 a value turn a row by so much that the promise is kept up to here.
constexpr int64_t kTwoInt8Dims = 1024;

Form form_for(Precision precision, int64_t dim) {
  switch (precision) {
    case Precision::double_:
      return Form::f64;
    case Precision::half:
      // Where fixed point has no gain or would not be near enough, fp32 keeps the promise as well.
      if (isa_table().product_i8 != nullptr && dim <= kTwoInt8Dims) return Form::i8;
      return isa_table().product_i16 != nullptr ? Form::i16 : Form::f32;
    case Precision::single:
      break;
  }
  return Form::f32;
}

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const CpuOptions& options)
      : threads_(options.threads > 0 ? options.threads : available_threads()) {
    // One thread inside BLAS and LAPACK: the same bits on every machine size, and our own threads do the sharing.
    openblas_set_num_threads(1);
    isa_table();  // refuses an environment that asks for another than there is
    reserve_blas_memory(threads_);
  }

  DeviceInfo info() const override {
    return {"cpu", processor_name(), std::string(isa_table().name) + ", OpenBLAS for " + openblas_get_corename(),
            threads_};
  }

  bool certifies() const override { return true; }
  bool decides_by_half() const override { return true; }

  double sampling_cost() const override { return 2.0; }  // measured; flat round its best

  double host_bytes(int64_t rows, int64_t dim, Precision precision) const override {
    constexpr double kTilesAndStates = double{int64_t{24} << 20};
    return kTilesAndStates +
           static_cast<double>(rows) * static_cast<double>(dim) * (precision == Precision::double_ ? 8.0 : 4.0);
  }

 private:
  std::unique_ptr<DeviceRows> do_upload(const MatrixView& view, std::span<const int64_t> rows) override {
    return std::make_unique<DeviceRows>(view, rows);
  }

  std::unique_ptr<UnitRows> do_prepare(const DeviceRows& rows, const RowTransform& transform, Precision precision,
                                       const UnitRows* partner) override {
    const CpuUnitRows* const like = partner == nullptr ? nullptr : &as_cpu(*partner);
    const int64_t dim = transform.dim(rows.dim());
    const Form form = like == nullptr ? form_for(precision, dim) : like->kind();
    const int64_t tile_edge = preferred_tile_edge(form == Form::f64 ? CosineType::f64 : CosineType::f32);
    const int64_t needed = CpuUnitRows::bytes(form, rows.rows(), dim) + threads_ * tile_edge * tile_edge * 8;
    const int64_t free = free_memory();
    if (needed > free) {
      throw OutOfMemory("the rows in " + std::string(precision_name(precision)) + " precision need " +
                        megabytes(needed) + " of memory and " + megabytes(free) + " are free: take fewer rows");
    }
    std::unique_ptr<CpuUnitRows> packed = pack_unit_rows(rows, transform, form, like, threads_);
    // Rows of few large entries among many small ones lose more than was promised.
    if (form == Form::i16 && like == nullptr && packed->bound() > precision_promise(precision)) {
      packed.reset();
      packed = pack_unit_rows(rows, transform, Form::f32, nullptr, threads_);
    }
    return packed;
  }

  Tiling do_tiling(const UnitRows& a, const UnitRows&) override {
    return {preferred_tile_edge(a.cosine_type()), kPanel};
  }

  void do_sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const TileGrid& grid,
                TileRange range, SweepState& state, const Progress& progress) override {
    cpu::sweep(as_cpu(a), as_cpu(b), request, grid, range, state, threads_, progress);
  }

  std::vector<double> do_norms(const DeviceRows& rows, const RowTransform& transform) override {
    return row_norms(rows, transform, threads_);
  }

  std::vector<double> do_column_sums(const DeviceRows& rows, const RowTransform& transform) override {
    return cpu::column_sums(rows, transform, threads_);
  }

  DenseMatrix do_gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                      const RowTransform& tb) override {
    return cpu::gram(a, ta, b, tb, &a == &b && &ta == &tb, threads_);
  }

  RowForms do_row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                        const RowTransform& tb) override {
    return cpu::row_forms(a, ta, m, b, tb, threads_);
  }

  void do_resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision,
                          const Resampling& resampling, const Progress& progress) override {
    cpu::resampled_grams(a, b, precision, resampling, threads_, progress);
  }

  DenseMatrix do_triangular_factor(const DeviceRows& rows, const RowTransform& transform) override {
    return cpu::triangular_factor(rows, transform);
  }

  Eigen do_eigh(const DenseMatrix& symmetric) override { return cpu::eigh(symmetric); }
  Svd do_svd(const DenseMatrix& matrix) override { return cpu::svd(matrix); }

  std::vector<double> do_pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs) override {
    return cpu::pair_cosines(a, ta, b, tb, pairs, threads_);
  }

  std::unique_ptr<PairCosines> do_kept_pair_cosines(const DeviceRows& rows, const RowTransform& transform) override {
    return std::make_unique<on_host::CanonicalRows>(rows, transform, canonical_dots(), /*often=*/true, threads_);
  }

  std::unique_ptr<CosineCorrections> do_corrections(const UnitRows& unit, const DeviceRows& rows,
                                                    const RowTransform& transform) override {
    constexpr int64_t kMostBytes = int64_t{256} << 20;
    const CpuUnitRows& swept = as_cpu(unit);
    if (swept.kind() != Form::i16 || swept.dim() > Corrections::kMostDim) return nullptr;
    // What is forecast of memory (host_bytes) counts rows of fp32, of which int16 leaves half.
    constexpr int64_t kLittle = int64_t{8} << 20;
    const int64_t bytes = Corrections::bytes(swept.rows(), swept.dim());
    if (bytes > kMostBytes || bytes > swept.rows() * swept.dim() * 2 + kLittle) return nullptr;
    return std::make_unique<Corrections>(swept, rows, transform, threads_);
  }

  std::vector<SoftmaxProducts> do_softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                   const DenseMatrix& queries, int64_t k, double temperature,
                                                   const Progress& progress) override {
    return cpu::softmax_products(rows, transform, queries, k, temperature, threads_, progress);
  }

  RankSums do_rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                           const TileGrid& grid, TileRange range, const Progress& progress) override {
    return cpu::rank_product(a, b, values_b, grid, range, threads_, progress);
  }

  CsrBand do_threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) override {
    return cpu::threshold_band(as_cpu(rows), threshold, begin, end, threads_);
  }

  double do_bare_triangle_seconds(const UnitRows& rows, const Progress& progress) override {
    return cpu::bare_triangle_seconds(as_cpu(rows), grid(rows), threads_, progress);
  }

  int threads_;
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
