#pragma once
// The one seam between what is computed (engine) and how (kernels): what a device must be able to do.
//
// The operations are few and large. In particular a sweep is one call, so that a backend may fuse the product that
// forms a tile of cosines with everything that consumes it.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

/// Named by what is promised of every cosine against fp64: double <= 1e-14, single <= 1e-6, half <= 5e-4, absolute.
enum class Precision : uint8_t { single, double_, half };
std::string_view precision_name(Precision precision);
/// The promise as a number.
double precision_promise(Precision precision);

/// How a stored row x becomes the row y that is worked with:
///   y = x - shift;  y -= Σ_k <direction_k, y> direction_k;  if unit: y /= ‖y‖;  y -= recenter
/// Empty members are left out. All in fp64.
struct RowTransform {
  std::vector<double> shift;     // d
  DenseMatrix directions;        // D x d, orthonormal rows
  bool unit = false;             // scale to length 1
  std::vector<double> recenter;  // d, after scaling
};

/// Rows of an embedding matrix as a backend holds them. Created by Backend::upload.
class DeviceRows {
 public:
  virtual ~DeviceRows() = default;
  virtual int64_t rows() const = 0;
  virtual int64_t dim() const = 0;
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
};

struct DeviceInfo {
  std::string name;      // "cpu", "cuda:0"
  std::string hardware;  // what it is
  std::string detail;    // instruction set, libraries
  int threads = 1;       // of the host; never changes a result
};

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
  std::vector<int32_t> columns;  // fits: a backend refuses more than 2^31 - 1 rows here
  std::vector<float> cosines;
};

/// Of every row yᵢ of one side and zᵢ of the other, given M.
struct RowForms {
  std::vector<double> product;   // yᵢᵀ M zᵢ
  std::vector<double> distance;  // ‖Mᵀyᵢ − zᵢ‖
};

/// One side of a resampled Gram product: transformed rows, each followed by `appended`'s row (n x k, as it is).
struct ResampledSide {
  const DeviceRows* rows = nullptr;
  const RowTransform* transform = nullptr;
  const DenseMatrix* appended = nullptr;  // may be null
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

/// What the products z_i of one query with all rows come to, seen as softmax(z / T):
/// p_i = exp((z_i - top[0].product) / T) / denominator.
struct SoftmaxProducts {
  std::vector<RowProduct> top;  // the k largest, in order; all rows where there are fewer
  double denominator = 0.0;     // Σ_i exp((z_i - top[0].product) / T)
  double entropy = 0.0;         // -Σ p_i ln p_i, in nats
};

/// The diagonal of a Gram product is neither so small nor so large that its entries lost digits or overflowed.
bool squares_are_safe(const DenseMatrix& gram);

/// A device. Throws DeviceUnavailable, OutOfMemory, Interrupted. One call at a time per backend object.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual DeviceInfo info() const = 0;

  /// Takes rows rows[0], rows[1], ... of `view` (all of them when `rows` is empty), in that order.
  /// `view`'s bytes must outlive the result.
  virtual std::unique_ptr<DeviceRows> upload(const MatrixView& view, std::span<const int64_t> rows) = 0;

  /// ‖y‖ of every row before the scaling of `transform.unit`; not finite where a row holds NaN or infinity.
  virtual std::vector<double> norms(const DeviceRows& rows, const RowTransform& transform) = 0;
  /// Σᵢ yᵢ, d values.
  virtual std::vector<double> column_sums(const DeviceRows& rows, const RowTransform& transform) = 0;
  /// Σᵢ yᵢ zᵢᵀ (d1 x d2) in fp64, for rows i of a (transformed by ta) and of b (by tb); equal numbers of rows.
  virtual DenseMatrix gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                           const RowTransform& tb) = 0;
  /// For every row i of a (transformed by ta) and of b (by tb), M d1 x d2, in fp64. An M without elements is the
  /// identity, with rows or columns of zeros where d1 != d2; the shorter row is then as if zeros followed it. Throws
  /// InvalidUsage for different numbers of rows or an M of another shape.
  virtual RowForms row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                             const RowTransform& tb) = 0;
  /// For each of `replicates`: `draw` fills an empty Resample, and `take` gets its product, (d1 + k1) x (d2 + k2).
  /// Rows are held in fp64 for Precision::double_ and in fp32 otherwise, sums over some thousand rows in the same, and
  /// those are added up in fp64. Both functions are called from several threads at once, `take` in no particular order;
  /// a replicate's product is the same bits for any number of threads. The same side twice without `right` costs half.
  /// Throws InvalidUsage where rows, appended rows or drawn row numbers do not match.
  virtual void resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision, int64_t replicates,
                               const std::function<void(int64_t replicate, Resample& terms)>& draw,
                               const std::function<void(int64_t replicate, const DenseMatrix& product)>& take,
                               const Progress& progress) = 0;
  /// R (min(n,d) x d, upper triangular) of the QR factorization of the transformed rows: the same singular values.
  virtual DenseMatrix triangular_factor(const DeviceRows& rows, const RowTransform& transform) = 0;

  /// Of a symmetric matrix.
  virtual Eigen eigh(const DenseMatrix& symmetric) = 0;
  virtual Svd svd(const DenseMatrix& matrix) = 0;

  /// Cosines of the listed pairs of transformed rows, recomputed in fp64 from the stored values, without tiles.
  virtual std::vector<double> pair_cosines(const DeviceRows& rows, const RowTransform& transform,
                                           std::span<const Pair> pairs) = 0;

  /// What a pair of pair_cosines costs, in cosines that a sweep keeps for a bracket: the more, the smaller the sample
  /// that brackets are set by. Results do not depend on it.
  virtual double sampling_cost() const = 0;

  /// For every query q (a row of `queries`, m x d) its products z_i = <y_i, q> with all transformed rows y_i, formed in
  /// fp64 and consumed where they are formed: memory is a block of rows and O(m k), never n x m. The same bits for any
  /// number of threads and whatever the other queries are. Throws InvalidUsage for queries of another width, no rows,
  /// k < 1, or a temperature that is not finite and > 0. Queries and rows must be finite; where products overflow,
  /// the denominator is not finite or fewer than k rows are listed.
  virtual std::vector<SoftmaxProducts> softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                        const DenseMatrix& queries, int64_t k, double temperature,
                                                        const Progress& progress) = 0;

  /// Unit rows for sweeps; `transform.unit` is implied.
  virtual std::unique_ptr<UnitRows> prepare(const DeviceRows& rows, const RowTransform& transform,
                                            Precision precision) = 0;
  /// The tiling this device likes best for `rows`.
  virtual TileGrid grid(const UnitRows& rows) = 0;
  /// Runs `request` over the tiles of `range`. Every integer and order statistic of the merged result is the same
  /// whatever the grid, the split into ranges and the number of threads.
  virtual SweepState sweep(const UnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                           const Progress& progress) = 0;
  /// Over the pairs of `range`: of each bin of a's cosine, the count and the sum of values_b[bin of b's cosine], bit
  /// for bit the cosines of sweeps. `values_b` has one value a bin of `bins_b`. The same for every grid, split and
  /// number of threads. Throws InvalidUsage for different numbers of rows or values that do not match.
  virtual RankSums rank_product(const UnitRows& a, const RankBins& bins_a, const UnitRows& b, const RankBins& bins_b,
                                std::span<const int32_t> values_b, const TileGrid& grid, TileRange range,
                                const Progress& progress) = 0;
  /// All cosines >= threshold in rows [begin, end), both sides of the diagonal: bit for bit those of a sweep.
  virtual CsrBand threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) = 0;
  /// Seconds for the bare products of all tiles of the triangle, nothing consumed: the yardstick of a sweep. The
  /// fastest of the ways this device has.
  virtual double bare_triangle_seconds(const UnitRows& rows, const Progress& progress) = 0;
};

}  // namespace gramian
