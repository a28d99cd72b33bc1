#pragma once
// Rows of an embedding matrix: how they are transformed, and how a backend holds them.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cosines/cosine_type.hpp"
#include "engine/matrix.hpp"

namespace gramian {

/// Named by what is promised of every cosine against fp64: double <= 1e-14, single <= 1e-6, half <= 5e-4, absolute.
enum class Precision : uint8_t { single, double_, half };
std::string_view precision_name(Precision precision);
/// The promise as a number.
double precision_promise(Precision precision);

/// How a stored row x of d dimensions becomes the row y that is worked with:
///   y = x - shift;  y -= Σ_k <direction_k, y> direction_k;  y = map y;  if unit: y /= ‖y‖;  y -= recenter
/// Empty members are left out. All in fp64.
struct RowTransform {
  std::vector<double> shift;     // d
  DenseMatrix directions;        // D x d, orthonormal rows
  DenseMatrix map;               // d' x d
  bool unit = false;             // scale to length 1
  std::vector<double> recenter;  // d', after scaling

  bool maps() const { return map.rows > 0; }
  /// Dimensions of what rows of `stored` dimensions become.
  int64_t dim(int64_t stored) const { return maps() ? map.rows : stored; }
};

/// Rows of a matrix, which stay where they are; a backend may hold a copy of them. Created by Backend::upload.
class DeviceRows {
 public:
  /// Rows rows[0], rows[1], ... of `view`, all of them when `rows` is empty. `view`'s bytes, and what it says of their
  /// device, must outlive this.
  DeviceRows(const MatrixView& view, std::span<const int64_t> rows) : view_(view), rows_(rows.begin(), rows.end()) {}
  virtual ~DeviceRows() = default;

  int64_t rows() const { return rows_.empty() ? view_.rows : std::ssize(rows_); }
  int64_t dim() const { return view_.cols; }
  ElementType type() const { return view_.type; }
  /// Row `row` as it is stored: dim() elements at any alignment, in the host's memory.
  const std::byte* stored(int64_t row) const { return row_on_host(view_, in_matrix(row)); }
  void read(int64_t row, double* out) const { read_row(view_, in_matrix(row), out); }
  const MatrixView& matrix() const { return view_; }

 protected:
  /// Row `row`'s number in the matrix.
  int64_t in_matrix(int64_t row) const { return rows_.empty() ? row : rows_[static_cast<size_t>(row)]; }
  /// As they were given: empty where all rows were taken.
  const std::vector<int64_t>& chosen() const { return rows_; }

 private:
  MatrixView view_;
  std::vector<int64_t> rows_;
};

/// Unit rows in the form that a precision's sweep needs. Created by Backend::prepare.
class UnitRows {
 public:
  virtual ~UnitRows() = default;
  virtual int64_t rows() const = 0;
  virtual int64_t dim() const = 0;
  virtual CosineType cosine_type() const = 0;
  /// How the promise is kept, for people: "fp32 FMA in chains of 32", "int16 fixed point", ...
  virtual std::string form() const = 0;
  /// No cosine that a sweep over these rows forms is further from the cosine of the rows as they were transformed;
  /// infinite where that is not proven.
  virtual double bound() const { return std::numeric_limits<double>::infinity(); }
  /// The largest share of rows [begin, end) in such a bound: no cosine of rows i and j is off by more than the sum of
  /// their shares.
  virtual double share(int64_t /*begin*/, int64_t /*end*/) const { return bound() / 2.0; }
  /// Whether `other`, of the same backend, is laid out so that the cosines of both can be formed.
  virtual bool meets(const UnitRows& other) const {
    return dim() == other.dim() && cosine_type() == other.cosine_type() && form() == other.form();
  }
};

}  // namespace gramian
