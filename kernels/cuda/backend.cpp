#include "kernels/cuda/backend.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/error.hpp"
#include "kernels/cuda/products/bare_gemm.hpp"
#include "kernels/cuda/products/dense.hpp"
#include "kernels/cuda/products/gram.hpp"
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

namespace gramian::cuda {
namespace {

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
    return {name, hardware, detail, static_cast<int>(used.size())};
  }

  std::unique_ptr<DeviceRows> upload(const MatrixView& view, std::span<const int64_t> rows) override {
    for (const int64_t row : rows) {
      if (row < 0 || row >= view.rows) throw InvalidUsage("row " + std::to_string(row) + " is not in the matrix");
    }
    machine_.first().use();
    auto uploaded = std::make_unique<CudaRows>(view, rows);
    uploaded->make_resident(machine_.first(), spare_beside_rows(*uploaded));
    return uploaded;
  }

  std::vector<double> norms(const DeviceRows& rows, const RowTransform& transform) override {
    return row_norms(machine_.first(), as_cuda(rows), transform);
  }

  std::vector<double> column_sums(const DeviceRows& rows, const RowTransform& transform) override {
    return cuda::column_sums(machine_.first(), as_cuda(rows), transform);
  }

  DenseMatrix gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb) override {
    return cuda::gram(machine_.first(), as_cuda(a), ta, as_cuda(b), tb, &a == &b && &ta == &tb);
  }

  RowForms row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                     const RowTransform& tb) override {
    return cuda::row_forms(machine_.first(), as_cuda(a), ta, m, as_cuda(b), tb);
  }

  void resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision, int64_t replicates,
                       const std::function<void(int64_t, Resample&)>& draw,
                       const std::function<void(int64_t, const DenseMatrix&)>& take,
                       const Progress& progress) override {
    cuda::resampled_grams(machine_.first(), a, b, precision, replicates, draw, take, progress);
  }

  DenseMatrix triangular_factor(const DeviceRows& rows, const RowTransform& transform) override {
    return cuda::triangular_factor(machine_.first(), as_cuda(rows), transform);
  }

  Eigen eigh(const DenseMatrix& symmetric) override { return cuda::eigh(machine_.first(), symmetric); }
  Svd svd(const DenseMatrix& matrix) override { return cuda::svd(machine_.first(), matrix); }

  std::vector<double> pair_cosines(const DeviceRows& rows, const RowTransform& transform,
                                   std::span<const Pair> pairs) override {
    return cuda::pair_cosines(machine_.first(), as_cuda(rows), transform, pairs);
  }

  /// The host draws pairs one by one while the device keeps cosines by the thousand. An estimate, not measured.
  double sampling_cost() const override { return 24.0; }

  std::vector<SoftmaxProducts> softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                const DenseMatrix& queries, int64_t k, double temperature,
                                                const Progress& progress) override {
    return cuda::softmax_products(machine_.first(), as_cuda(rows), transform, queries, k, temperature, progress);
  }

  std::unique_ptr<UnitRows> prepare(const DeviceRows& rows, const RowTransform& transform,
                                    Precision precision) override {
    const Form form = form_of(precision);
    const CosineType type = form == Form::f64 ? CosineType::f64 : CosineType::f32;
    const int64_t edge = edge_for(type, rows.rows());
    machine_.first().use();
    warm_up(machine_.first(), FormLayout(form, rows.dim()));
    return prepare_unit_rows(machine_.first(), as_cuda(rows), transform, form, std::min(edge, padded_rows(rows.rows())),
                             sweep_bytes(type, edge));
  }

  TileGrid grid(const UnitRows& rows) override { return {rows.rows(), edge_for(rows.cosine_type(), rows.rows())}; }

  SweepState sweep(const UnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                   const Progress& progress) override {
    return cuda::sweep(machine_, as_cuda(rows), request, grid, range, progress);
  }

  RankSums rank_product(const UnitRows& a, const RankBins& bins_a, const UnitRows& b, const RankBins& bins_b,
                        std::span<const int32_t> values_b, const TileGrid& grid, TileRange range,
                        const Progress& progress) override {
    return cuda::rank_product(machine_, as_cuda(a), bins_a, as_cuda(b), bins_b, values_b, grid, range, progress);
  }

  CsrBand threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) override {
    return cuda::threshold_band(machine_, as_cuda(rows), threshold, begin, end);
  }

  double bare_triangle_seconds(const UnitRows& rows, const Progress& progress) override {
    return cuda::bare_triangle_seconds(machine_, as_cuda(rows), grid(rows), progress);
  }

 private:
  int64_t edge_for(CosineType type, int64_t rows) const {
    if (options_.tile_edge > 0) return options_.tile_edge;
    return preferred_tile_edge(machine_.first(), type, rows);
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
