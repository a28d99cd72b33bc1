#pragma once
// Matrices: the embedding matrix as it lies in its file, and small fp64 results.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace gramian {

/// Storage type of one element of an embedding matrix. Values are little-endian in memory.
enum class ElementType : uint8_t { f64, f32, f16, bf16, i8, u8, i16, u16, i32, u32, i64, u64 };

/// Bytes per element.
int64_t element_size(ElementType type);

/// Lower-case field name: "f32", "bf16", ...
std::string_view element_name(ElementType type);

/// What is known of a matrix that lies in the memory of a device, and not in the host's.
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  /// CUDA's number of the device.
  virtual int number() const = 0;
  /// The rows, packed, in the host's memory: copied at the first call, which waits for the device, and kept. May be
  /// called from several threads at once. Throws OutOfMemory, DeviceUnavailable.
  virtual const std::byte* on_host() const = 0;
  /// Whether that copy is there.
  virtual bool copied() const = 0;
};

/// A non-owning view of n rows by d columns, row-major. `row_stride` counts elements between row starts.
/// `data` need not be aligned for the element type (files put tensors at any byte), but where it lies on a device: then
/// `device` says on which, and `data` is an address there.
struct MatrixView {
  const std::byte* data = nullptr;
  ElementType type = ElementType::f32;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t row_stride = 0;
  const DeviceMemory* device = nullptr;  // null: `data` is the host's
};

/// Row `row` in the host's memory, `cols` elements at any alignment.
inline const std::byte* row_on_host(const MatrixView& view, int64_t row) {
  const std::byte* const first = view.device == nullptr ? view.data : view.device->on_host();
  return first + row * (view.device == nullptr ? view.row_stride : view.cols) * element_size(view.type);
}

/// Row `row` of `view` as doubles into out[0, cols). Exact for every type of at most 53 significant bits.
void read_row(const MatrixView& view, int64_t row, double* out);

/// A view together with whatever keeps its bytes alive: a mapped file or an owned buffer.
struct Matrix {
  MatrixView view;
  std::shared_ptr<const void> owner;
};

/// Copies `values` (rows x cols, row-major) into an owned f32 or f64 matrix.
Matrix make_matrix(std::vector<float> values, int64_t rows, int64_t cols);
Matrix make_matrix(std::vector<double> values, int64_t rows, int64_t cols);

/// A small dense fp64 matrix, row-major: Gram products, directions, singular vectors.
struct DenseMatrix {
  int64_t rows = 0;
  int64_t cols = 0;
  std::vector<double> values;

  DenseMatrix() = default;
  DenseMatrix(int64_t r, int64_t c) : rows(r), cols(c), values(static_cast<size_t>(r * c), 0.0) {}
  double& operator()(int64_t i, int64_t j) { return values[static_cast<size_t>(i * cols + j)]; }
  double operator()(int64_t i, int64_t j) const { return values[static_cast<size_t>(i * cols + j)]; }
  bool operator==(const DenseMatrix&) const = default;
};

/// ‖x‖, also where squares are not representable.
double safe_norm(std::span<const double> x);
double norm(std::span<const double> x);
double trace(const DenseMatrix& matrix);
/// ‖A‖²_F
double frobenius_squared(const DenseMatrix& matrix);

}  // namespace gramian
