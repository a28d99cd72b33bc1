#include "kernels/cuda/backend.hpp"

#include <array>
#include <cmath>
#include <map>
#include <mutex>
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
#include "kernels/cuda/sweep/tile_edge.hpp"

namespace gramian::cuda {
namespace {

/// fp32 has to be so much faster than split fp16 to be taken: a trial that could go either way must not, since the two
/// differ in their last bits.
constexpr double kClearlyFaster = 1.25;

/// Once a process for every kind of device and number of dimensions.
Form measured_single_form(Device& device, int64_t dim) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, int64_t>, Form> known;
  const std::scoped_lock lock(mutex);
  const std::pair kind(device.hardware(), dim);
  if (const auto it = known.find(kind); it != known.end()) return it->second;
  const int64_t edge = tile_edge_for(device.multiprocessors(), device.l2_bytes(), CosineType::f32);
  Form form = Form::split;
  try {
    const std::vector<double> seconds = tile_seconds(device, std::array{Form::split, Form::f32}, dim, edge);
    if (seconds[1] * kClearlyFaster < seconds[0]) form = Form::f32;
  } catch (const OutOfMemory&) {
    return form;  // where memory is short there is no trial, and another time there may be
  }
  return known.emplace(kind, form).first->second;
}

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(const CudaOptions& options) : options_(options) {
    std::vector<int> numbers = options.devices;
    if (numbers.empty()) {
      std::string why_none;
      const int count = device_count(why_none);
      if (count == 0) throw DeviceUnavailable("no CUDA device: " + why_none);
      for (int d = 0; d < count; ++d) numbers.push_back(d);
    }
    std::string refusal;
    for (const int number : numbers) {
      try {
        machine_.devices.push_back(std::make_unique<Device>(number, options.memory_limit));
      } catch (const Error& error) {
        // Asked for by number it has to be there; of all devices those that will do are enough.
        if (!options.devices.empty()) throw;
        refusal = error.what();
      }
    }
    if (machine_.devices.empty()) throw DeviceUnavailable("no CUDA device: " + refusal);
  }

  DeviceInfo info() const override {
    std::string name = machine_.first().name();
    std::string hardware = machine_.first().hardware();
    for (size_t d = 1; d < machine_.devices.size(); ++d) {
      name += "," + machine_.devices[d]->name();
      hardware += ", " + machine_.devices[d]->hardware();
    }
    return {name, hardware, machine_.first().description(), static_cast<int>(machine_.devices.size())};
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
    const Form form = form_for(precision, rows.dim());
    const CosineType type = form == Form::f64 ? CosineType::f64 : CosineType::f32;
    const int64_t spare = sweep_bytes(type, edge_for(type, rows.rows()));
    return prepare_unit_rows(machine_.first(), as_cuda(rows), transform, form, spare, machine_.devices.size() > 1);
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
  Form form_for(Precision precision, int64_t dim) {
    switch (precision) {
      case Precision::double_:
        return Form::f64;
      case Precision::half:
        return Form::half;
      case Precision::single:
        break;
    }
    switch (options_.single) {
      case SingleForm::split_fp16:
        return Form::split;
      case SingleForm::fp32:
        return Form::f32;
      case SingleForm::measured:
        break;
    }
    return measured_single_form(machine_.first(), dim);
  }

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
  for (int number = 0; number < count; ++number) {
    DeviceSummary summary;
    summary.number = number;
    try {
      const cudaDeviceProp properties = properties_of(number);
      summary.hardware = properties.name;
      summary.detail = description_of(properties);
      require_capability(number, properties);
      summary.usable = true;
    } catch (const DeviceUnavailable& error) {
      summary.detail = error.what();
    }
    list.devices.push_back(std::move(summary));
  }
  return list;
}

}  // namespace gramian::cuda
