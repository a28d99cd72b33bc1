#pragma once
// Arguments and results of a backend's operations other than sweeps.

#include <cstdint>
#include <vector>

#include "engine/matrix.hpp"
#include "engine/rows.hpp"

namespace gramian {

/// Eigenvalues in descending order; column k of `vectors` (m x m) belongs to values[k].
struct Eigen {
  std::vector<double> values;
  DenseMatrix vectors;
};

/// a = U diag(values) Vᵀ, values descending, r = min(rows, cols): u is rows x r, vt is r x cols.
struct Svd {
  std::vector<double> values;
  DenseMatrix u;
  DenseMatrix vt;
};

/// A band of a thresholded matrix of cosines, in compressed sparse rows: row r of the band holds
/// columns[offsets[r] .. offsets[r + 1]), ascending, with their cosines. The diagonal is left out.
struct CsrBand {
  std::vector<int64_t> offsets;
  std::vector<int32_t> columns;  // fits: more than 2^31 - 1 rows are refused
  std::vector<float> cosines;
};

/// Numbers about every row yᵢ of one side and zᵢ of the other, given M.
struct RowForms {
  std::vector<double> product;   // yᵢᵀ M zᵢ
  std::vector<double> distance;  // ‖Mᵀyᵢ − zᵢ‖
};

/// One side of a resampled Gram product: transformed rows, each followed by `appended`'s row (n x k, as it is).
struct ResampledSide {
  const DeviceRows* rows = nullptr;
  const RowTransform* transform = nullptr;
  const DenseMatrix* appended = nullptr;  // may be null

  int64_t dim() const { return transform->dim(rows->dim()) + (appended == nullptr ? 0 : appended->cols); }
};

/// The terms of one replicate: Σ_k weights[k] y_left[k] z_right[k]ᵀ.
struct Resample {
  std::vector<int64_t> left;    // empty: 0, 1, ..., n - 1
  std::vector<int64_t> right;   // empty: the same as left
  std::vector<double> weights;  // empty: all 1
};

/// A row and its product with a query. The largest product comes first, of equal ones the lower row.
struct RowProduct {
  int64_t row = 0;
  double product = 0.0;
  friend bool operator==(const RowProduct&, const RowProduct&) = default;
  friend bool operator<(const RowProduct& a, const RowProduct& b) {
    return a.product > b.product || (a.product == b.product && a.row < b.row);
  }
};

/// Summary of the products z_i of one query with all rows, seen as softmax(z / T):
/// p_i = exp((z_i - top[0].product) / T) / denominator.
struct SoftmaxProducts {
  std::vector<RowProduct> top;  // the k largest, in order; all rows where there are fewer
  double denominator = 0.0;     // Σ_i exp((z_i - top[0].product) / T)
  double entropy = 0.0;         // -Σ p_i ln p_i, in nats
};

/// The diagonal of a Gram product is neither so small nor so large that its entries lost digits or overflowed.
bool squares_are_safe(const DenseMatrix& gram);

}  // namespace gramian
