#include "kernels/cuda/resample.hpp"

#include <algorithm>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cuda/row_sums.hpp"
#include "kernels/cuda/rows.hpp"

namespace gramian::cuda {
namespace {

/// Transformed rows, each followed by its appended columns, all on the device.
struct Side {
  int64_t count = 0;
  int64_t dim = 0;
  DeviceBuffer<double> values;
};

Side transformed(Device& device, const ResampledSide& side) {
  const CudaRows& rows = as_cuda(*side.rows);
  const int64_t own = rows.dim();
  const int64_t extra = side.appended == nullptr ? 0 : side.appended->cols;
  if (extra > 0 && side.appended->rows != rows.rows()) {
    throw InvalidUsage("appended columns need as many rows as the matrix has");
  }
  Side result;
  result.count = rows.rows();
  result.dim = own + extra;
  result.values = DeviceBuffer<double>(checked_product(result.count, result.dim, "resampled rows"), "resampled rows");
  const DeviceTransform on(*side.transform, device.stream());
  RowStream source(device, rows);
  for (int64_t begin = 0; begin < result.count; begin += kPanelRows) {
    source.transform(begin, std::min(kPanelRows, result.count - begin), on, result.values.data() + begin * result.dim,
                     result.dim, nullptr);
  }
  if (extra > 0) {
    const DeviceBuffer<double> columns = on_device(side.appended->values, device.stream(), "appended columns");
    place_columns(columns.data(), result.count, extra, result.values.data(), result.dim, own, device.stream());
  }
  return result;
}

/// How many terms there are; throws where one names a row that is not there.
int64_t checked_terms(const Resample& terms, const Side& a, const Side& b) {
  const int64_t count = terms.left.empty() ? a.count : std::ssize(terms.left);
  const auto in = [](const std::vector<int64_t>& index, int64_t rows) {
    return std::ranges::all_of(index, [rows](int64_t row) { return row >= 0 && row < rows; });
  };
  if (!in(terms.left, a.count) || !in(terms.right.empty() ? terms.left : terms.right, b.count) ||
      (!terms.right.empty() && std::ssize(terms.right) != count) ||
      (!terms.weights.empty() && std::ssize(terms.weights) != count)) {
    throw InvalidUsage("resampled rows that are not there");
  }
  return count;
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

}  // namespace

void resampled_grams(Device& device, const ResampledSide& a, const ResampledSide& b, int64_t replicates,
                     const std::function<void(int64_t, Resample&)>& draw,
                     const std::function<void(int64_t, const DenseMatrix&)>& take, const Progress& progress) {
  if (a.rows->rows() != b.rows->rows()) {
    throw InvalidUsage("a resampled product needs equal numbers of rows on both sides");
  }
  if (replicates <= 0) return;
  device.use();
  const cudaStream_t stream = device.stream();
  const bool symmetric = a.rows == b.rows && a.transform == b.transform && a.appended == b.appended;
  const Side left = transformed(device, a);
  const Side other = symmetric ? Side() : transformed(device, b);
  const Side& right = symmetric ? left : other;
  DeviceBuffer<double> left_part(kPanelRows * left.dim, "drawn rows");
  DeviceBuffer<double> right_part(kPanelRows * right.dim, "drawn rows");
  DeviceBuffer<double> sum(checked_product(left.dim, right.dim, "a Gram product"), "a Gram product");
  Copied<int64_t> left_index;
  Copied<int64_t> right_index;
  Copied<double> weights;
  Resample terms;
  for (int64_t replicate = 0; replicate < replicates; ++replicate) {
    if (progress.cancelled && progress.cancelled()) throw Interrupted("interrupted");
    terms.left.clear();
    terms.right.clear();
    terms.weights.clear();
    draw(replicate, terms);
    const int64_t count = checked_terms(terms, left, right);
    const int64_t* const from_left = left_index.copy(terms.left, stream);
    const int64_t* const from_right = terms.right.empty() ? from_left : right_index.copy(terms.right, stream);
    const double* const weight = weights.copy(terms.weights, stream);
    fill_bytes(sum.data(), 0, sum.size(), stream);
    for (int64_t begin = 0; begin < count; begin += kPanelRows) {
      const int64_t part = std::min(kPanelRows, count - begin);
      const auto after = [begin](auto* list) { return list == nullptr ? nullptr : list + begin; };
      gather_rows(left.values.data(), begin, after(from_left), nullptr, part, left.dim, left_part.data(), stream);
      gather_rows(right.values.data(), begin, after(from_right), after(weight), part, right.dim, right_part.data(),
                  stream);
      device.blas().add_gram(left_part.data(), left.dim, right_part.data(), right.dim, part, sum.data(), stream);
    }
    DenseMatrix product(left.dim, right.dim);
    product.values = on_host(sum, sum.size(), stream);
    if (symmetric && terms.right.empty()) {
      for (int64_t i = 0; i < product.rows; ++i) {
        for (int64_t j = 0; j < i; ++j) product(i, j) = product(j, i);
      }
    }
    take(replicate, product);
    if (progress.report) progress.report(replicate + 1, replicates);
  }
}

}  // namespace gramian::cuda
