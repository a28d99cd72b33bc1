#include "kernels/cuda/products/resample.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cuda/rows/row_sums.hpp"
#include "kernels/cuda/rows/rows.hpp"

namespace gramian::cuda {
namespace {

/// Transformed rows, each followed by its appended columns, all on the device.
template <class T>
struct Side {
  int64_t count = 0;
  int64_t dim = 0;
  DeviceBuffer<T> values;
};

template <class T>
Side<T> transformed(Device& device, const ResampledSide& side) {
  const CudaRows& rows = as_cuda(*side.rows);
  const int64_t own = side.transform->dim(rows.dim());
  const int64_t extra = side.dim() - own;
  const cudaStream_t stream = device.stream();
  const DeviceTransform on(*side.transform, stream);
  Side<T> result;
  result.count = rows.rows();
  result.dim = own + extra;
  result.values = DeviceBuffer<T>(checked_product(result.count, result.dim, "resampled rows"), "resampled rows");
  DeviceBuffer<double> panel(std::min(kPanelRows, result.count) * own, "a panel of rows");
  RowStream source(device, rows);
  for (int64_t begin = 0; begin < result.count; begin += kPanelRows) {
    const int64_t count = std::min(kPanelRows, result.count - begin);
    source.transform(begin, count, on, panel.data(), own, nullptr);
    place_columns(panel.data(), count, own, result.values.data() + begin * result.dim, result.dim, 0, stream);
  }
  if (extra > 0) {
    const DeviceBuffer<double> columns = on_device(side.appended->values, stream, "appended columns");
    place_columns(columns.data(), result.count, extra, result.values.data(), result.dim, own, stream);
  }
  return result;
}

/// A list of the host's, copied to a buffer that only grows.
template <class T>
class Copied {
 public:
  /// Null for an empty list.
  const T* copy(const std::vector<T>& values, cudaStream_t stream) {
    if (values.empty()) return nullptr;
    if (buffer_.size() < std::ssize(values)) buffer_ = DeviceBuffer<T>(std::ssize(values), "drawn rows");
    copy_to_device(buffer_.data(), values.data(), std::ssize(values), stream);
    return buffer_.data();
  }

 private:
  DeviceBuffer<T> buffer_;
};

/// Adds aᵀ b of one panel to a sum in fp64, in the precision of the rows.
void add_panel(Blas& blas, const double* a, int64_t m, const double* b, int64_t n, int64_t k, double*, double* sum,
               cudaStream_t stream) {
  blas.add_gram(a, m, b, n, k, sum, stream);
}
void add_panel(Blas& blas, const float* a, int64_t m, const float* b, int64_t n, int64_t k, float* part, double* sum,
               cudaStream_t stream) {
  blas.gram(a, m, b, n, k, part, stream);
  add_widened(part, m * n, sum, stream);
}

template <class T>
void run(Device& device, const ResampledSide& a, const ResampledSide& b, const Resampling& resampling,
         const Progress& progress) {
  const cudaStream_t stream = device.stream();
  const bool symmetric = a.rows == b.rows && a.transform == b.transform && a.appended == b.appended;
  const Side<T> left = transformed<T>(device, a);
  const Side<T> other = symmetric ? Side<T>() : transformed<T>(device, b);
  const Side<T>& right = symmetric ? left : other;
  DeviceBuffer<T> left_part(kPanelRows * left.dim, "drawn rows");
  DeviceBuffer<T> right_part(kPanelRows * right.dim, "drawn rows");
  const int64_t area = checked_product(left.dim, right.dim, "a Gram product");
  DeviceBuffer<double> sum(area, "a Gram product");
  DeviceBuffer<T> part(sizeof(T) < sizeof(double) ? area : 0, "a Gram product");
  Copied<int64_t> left_index;
  Copied<int64_t> right_index;
  Copied<double> weights;
  Resample terms;
  for (int64_t replicate = 0; replicate < resampling.replicates; ++replicate) {
    progress.check();
    terms.left.clear();
    terms.right.clear();
    terms.weights.clear();
    resampling.draw(replicate, terms);
    const int64_t count = terms.left.empty() ? left.count : std::ssize(terms.left);
    const int64_t* const from_left = left_index.copy(terms.left, stream);
    const int64_t* const from_right = terms.right.empty() ? from_left : right_index.copy(terms.right, stream);
    const double* const weight = weights.copy(terms.weights, stream);
    fill_bytes(sum.data(), 0, sum.size(), stream);
    for (int64_t begin = 0; begin < count; begin += kPanelRows) {
      const int64_t rows = std::min(kPanelRows, count - begin);
      const auto after = [begin](auto* list) { return list == nullptr ? nullptr : list + begin; };
      gather_rows(left.values.data(), begin, after(from_left), nullptr, rows, left.dim, left_part.data(), stream);
      gather_rows(right.values.data(), begin, after(from_right), after(weight), rows, right.dim, right_part.data(),
                  stream);
      add_panel(device.blas(), left_part.data(), left.dim, right_part.data(), right.dim, rows, part.data(), sum.data(),
                stream);
    }
    DenseMatrix product(left.dim, right.dim);
    product.values = on_host(sum, sum.size(), stream);
    if (symmetric && terms.right.empty()) {
      for (int64_t i = 0; i < product.rows; ++i) {
        for (int64_t j = 0; j < i; ++j) product(i, j) = product(j, i);
      }
    }
    resampling.take(replicate, product);
    if (progress.report) progress.report(replicate + 1, resampling.replicates);
  }
}

}  // namespace

void resampled_grams_of(Device& device, const ResampledSide& a, const ResampledSide& b, Precision precision,
                        const Resampling& resampling, const Progress& progress) {
  if (resampling.replicates <= 0) return;
  device.use();
  const auto runs = precision == Precision::double_ ? run<double> : run<float>;
  runs(device, a, b, resampling, progress);
}

}  // namespace gramian::cuda
