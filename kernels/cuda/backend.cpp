#include "kernels/cuda/backend.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/backend.hpp"
#include "engine/error.hpp"
#include "engine/on_host/row_block.hpp"
#include "kernels/cuda/products/bare_gemm.hpp"
#include "kernels/cuda/products/dense.hpp"
#include "kernels/cuda/products/gram.hpp"
#include "kernels/cuda/products/pair_cosines.hpp"
#include "kernels/cuda/products/resample.hpp"
#include "kernels/cuda/products/row_forms.hpp"
#include "kernels/cuda/products/softmax_products.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/rows/unit_rows.hpp"
#include "kernels/cuda/runtime/machine.hpp"
#include "kernels/cuda/sweep/rank_product.hpp"
#include "kernels/cuda/sweep/sweep.hpp"
#include "kernels/cuda/sweep/threshold_band.hpp"
#include "kernels/cuda/sweep/tile.hpp"
#include "kernels/cuda/sweep/tile_edge.hpp"

namespace gramian::cuda {
namespace {

/// Smaller factorizations take the host less time than the start of cuSOLVER takes. An estimate, not measured.
constexpr int64_t kLeastForSolver = 128;

Form form_of(Precision precision) {
  switch (precision) {
    case Precision::double_:
      return Form::f64;
    case Precision::half:
      return Form::half;
    case Precision::single:
      break;
  }
  return Form::split;
}

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(const CudaOptions& options)
      : options_(options), machine_(options.devices, options.memory_limit, options.worth_a_device) {}

  DeviceInfo info() const override {
    std::string name;
    std::string hardware;
    const std::vector<const Device*> used = machine_.started();
    for (const Device* const device : used) {
      name += (name.empty() ? "" : ",") + device->name();
      hardware += (hardware.empty() ? "" : ", ") + device->hardware();
    }
    std::string detail = machine_.first().description();
    if (!machine_.left_out().empty()) detail += "; left out: " + machine_.left_out();
    return {name, hardware, detail, static_cast<int>(used.size()), driver_in_words()};
  }

  bool certifies() const override { return true; }
  int host_threads() const override { return on_host::threads(); }

  /// The host draws pairs one by one while the device keeps cosines by the thousand. An estimate.
  double sampling_cost() const override { return 24.0; }
  /// Measured on an H200: 34 ns to bring a value to the host, sort it in and select among them; 0.05 ns a cosine in
  /// fp64.
  double keeping_cost() const override { return 500.0; }
  /// A device has memory of its own.
  double host_bytes(int64_t, int64_t, Precision) const override { return 0.0; }

 private:
  std::unique_ptr<DeviceRows> do_upload(const MatrixView& view, std::span<const int64_t> rows) override {
    machine_.first().use();
    auto uploaded = std::make_unique<CudaRows>(view, rows);
    uploaded->make_resident(machine_.first(), spare_beside_rows(*uploaded));
    return uploaded;
  }

  std::vector<double> do_norms(const DeviceRows& rows, const RowTransform& transform) override {
    return row_norms(machine_.first(), as_cuda(rows), transform);
  }

  std::vector<double> do_column_sums(const DeviceRows& rows, const RowTransform& transform) override {
    return column_sums_of(machine_.first(), as_cuda(rows), transform);
  }

  DenseMatrix do_gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                      const RowTransform& tb) override {
    return gram_of(machine_.first(), as_cuda(a), ta, as_cuda(b), tb, &a == &b && &ta == &tb);
  }

  RowForms do_row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                        const RowTransform& tb) override {
    return row_forms_of(machine_.first(), as_cuda(a), ta, m, as_cuda(b), tb);
  }

  void do_resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision,
                          const Resampling& resampling, const Progress& progress) override {
    resampled_grams_of(machine_.first(), a, b, precision, resampling, progress);
  }

  DenseMatrix do_triangular_factor(const DeviceRows& rows, const RowTransform& transform) override {
    return triangular_factor_of(machine_.first(), as_cuda(rows), transform);
  }

  Eigen do_eigh(const DenseMatrix& symmetric) override {
    return symmetric.rows < kLeastForSolver ? Backend::do_eigh(symmetric) : eigh_of(machine_.first(), symmetric);
  }
  Svd do_svd(const DenseMatrix& matrix) override {
    const bool small = std::min(matrix.rows, matrix.cols) < kLeastForSolver;
    return small ? Backend::do_svd(matrix) : svd_of(machine_.first(), matrix);
  }

  std::vector<double> do_pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs) override {
    return pair_cosines_of(machine_.first(), as_cuda(a), ta, as_cuda(b), tb, pairs);
  }

  std::unique_ptr<PairCosines> do_kept_pair_cosines(const DeviceRows& rows, const RowTransform& transform) override {
    return kept_pair_cosines_of(machine_.first(), as_cuda(rows), transform);
  }

  std::vector<SoftmaxProducts> do_softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                   const DenseMatrix& queries, int64_t k, double temperature,
                                                   const Progress& progress) override {
    return softmax_products_of(machine_.first(), as_cuda(rows), transform, queries, k, temperature, progress);
  }

  std::unique_ptr<UnitRows> do_prepare(const DeviceRows& rows, const RowTransform& transform, Precision precision,
                                       const UnitRows* partner) override {
    UnitRowsPlan plan;
    plan.form = form_of(precision);
    const CosineType type = plan.form == Form::f64 ? CosineType::f64 : CosineType::f32;
    plan.most_edge = most_edge(type);
    plan.spare = sweep_bytes(type, std::min(plan.most_edge, std::max(padded_rows(rows.rows()), kTileUnit)));
    plan.partner = partner == nullptr ? nullptr : &as_cuda(*partner);
    machine_.first().use();
    warm_up(machine_.first(), FormLayout(plan.form, transform.dim(rows.dim())));
    return prepare_unit_rows(machine_.first(), as_cuda(rows), transform, plan);
  }

  Tiling do_tiling(const UnitRows& a, const UnitRows& b) override {
    return {edge_for(a.cosine_type(), std::max(a.rows(), b.rows())), kTileUnit};
  }

  void do_sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const TileGrid& grid,
                TileRange range, SweepState& state, const Progress& progress) override {
    cuda::sweep(machine_, as_cuda(a), as_cuda(b), request, grid, range, state, progress);
  }

  RankSums do_rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                           const TileGrid& grid, TileRange range, const Progress& progress) override {
    return rank_product_of(machine_.first(), a, b, values_b, grid, range, progress);
  }

  CsrBand do_threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) override {
    return threshold_band_of(machine_.first(), as_cuda(rows), edge_for(rows.cosine_type(), rows.rows()), threshold,
                             begin, end);
  }

  double do_bare_triangle_seconds(const UnitRows& rows, const Progress& progress) override {
    const TileGrid grid = TileGrid::triangle(rows.rows(), edge_for(rows.cosine_type(), rows.rows()));
    return bare_triangle_seconds_of(machine_, as_cuda(rows), grid, progress);
  }

  int64_t most_edge(CosineType type) const {
    if (options_.tile_edge > 0) return options_.tile_edge;
    return tile_edge_for(machine_.first().multiprocessors(), machine_.first().l2_bytes(), type);
  }
  int64_t edge_for(CosineType type, int64_t rows) const {
    return options_.tile_edge > 0 ? options_.tile_edge : evened_edge(rows, most_edge(type));
  }

  /// The rows as stored are a convenience; their unit rows are needed more.
  int64_t spare_beside_rows(const CudaRows& rows) const {
    const int64_t unit = padded_rows(rows.rows()) * FormLayout(Form::split, rows.dim()).bytes;
    return unit + sweep_bytes(CosineType::f32, edge_for(CosineType::f32, rows.rows()));
  }

  CudaOptions options_;
  Machine machine_;
};

}  // namespace

std::unique_ptr<Backend> make_backend(const CudaOptions& options) { return std::make_unique<CudaBackend>(options); }

DeviceList list_devices() {
  DeviceList list;
  const int count = device_count(list.why_none);
  std::string no_libraries;
  try {
    if (count > 0) Blas::find_entries();
  } catch (const DeviceUnavailable& error) {
    no_libraries = error.what();
  }
  for (int number = 0; number < count; ++number) {
    DeviceSummary summary;
    summary.number = number;
    try {
      const cudaDeviceProp properties = properties_of(number);
      summary.hardware = properties.name;
      summary.detail = description_of(properties);
      require_capability(number, properties);
      summary.usable = no_libraries.empty();
      if (!summary.usable) summary.detail += "; " + no_libraries;
    } catch (const DeviceUnavailable& error) {
      summary.detail = error.what();
    }
    list.devices.push_back(std::move(summary));
  }
  return list;
}

}  // namespace gramian::cuda
