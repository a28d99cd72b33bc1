#pragma once
// The one seam between what is computed (engine) and how (kernels): what a device must be able to do.
//
// The operations are few and large. In particular a sweep is one call, so that a backend may fuse the product that
// forms a tile of cosines with everything that consumes it.
//
// Callers see the public functions, which check once what every device relies on. A device implements the private ones
// behind them: it must have the pure ones, and of the others it inherits plain fp64 loops on the host
// (engine/on_host/), until it has something better.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/cosines/rank_bins.hpp"
#include "engine/products.hpp"
#include "engine/progress.hpp"
#include "engine/rows.hpp"
#include "engine/sweep/rank_sums.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {

struct DeviceInfo {
  std::string name;      // "cpu", "cuda:0"
  std::string hardware;  // what it is
  std::string detail;    // instruction set, libraries
  int threads = 1;       // of the host; never changes a result
  std::string driver{};  // of a GPU, in words
};

/// Which tiles a device sweeps.
struct Tiling {
  int64_t edge = 0;  // what it likes best
  int64_t unit = 1;  // every edge must be a multiple of it
};

/// `draw` fills an empty Resample for a replicate, and `take` gets its product. Both are called from several threads at
/// once, `take` in no particular order.
struct Resampling {
  int64_t replicates = 0;
  std::function<void(int64_t replicate, Resample& terms)> draw;
  std::function<void(int64_t replicate, const DenseMatrix& product)> take;
};

/// One side of a rank product: rows, and the bins of their cosines.
struct RankSide {
  const UnitRows& rows;
  const RankBins& bins;
};

/// Canonical cosines of pairs of one set of rows.
class PairCosines {
 public:
  virtual ~PairCosines() = default;
  /// May be called from several threads at once.
  virtual void of(std::span<const Pair> pairs, double* cosines) const = 0;
  /// Cosines no further from the canonical ones than quick_bound(), sooner where the device can: else those themselves.
  virtual void quickly(std::span<const Pair> pairs, double* cosines) const { of(pairs, cosines); }
  virtual double quick_bound() const { return 0.0; }
};

/// Brings the cosines of a sweep nearer to the canonical ones, where a pair's stored rows would take longer to read.
class CosineCorrections {
 public:
  virtual ~CosineCorrections() = default;
  /// cosines[k] is that of pairs[k], as it was swept. May be called from several threads at once.
  virtual void correct(std::span<const Pair> pairs, std::span<double> cosines) const = 0;
  /// What corrected cosines and canonical ones may differ by.
  virtual double bound() const = 0;
};

/// A device. Throws DeviceUnavailable, OutOfMemory, Interrupted, and Unsupported for what it cannot do. One call at a
/// time per backend object. Everywhere InvalidUsage is thrown for what the transforms, rows, shapes and ranges given
/// are not fit for.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual DeviceInfo info() const = 0;

  /// Takes rows rows[0], rows[1], ... of `view` (all of them when `rows` is empty), in that order.
  /// `view`'s bytes must outlive the result.
  std::unique_ptr<DeviceRows> upload(const MatrixView& view, std::span<const int64_t> rows);

  /// ‖y‖ of every row before the scaling of `transform.unit`; not finite where a row holds NaN or infinity.
  std::vector<double> norms(const DeviceRows& rows, const RowTransform& transform);
  /// Σᵢ yᵢ, d' values.
  std::vector<double> column_sums(const DeviceRows& rows, const RowTransform& transform);
  /// Σᵢ yᵢ zᵢᵀ (d1 x d2) in fp64, for rows i of a (transformed by ta) and of b (by tb); equal numbers of rows.
  DenseMatrix gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb);
  /// For every row i of a (transformed by ta) and of b (by tb), M d1 x d2, in fp64. An M without elements is the
  /// identity, with rows or columns of zeros where d1 != d2; the shorter row is then as if zeros followed it.
  RowForms row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                     const RowTransform& tb);
  /// The product, (d1 + k1) x (d2 + k2), of each replicate. Rows are held in fp64 for Precision::double_ and in fp32
  /// otherwise, sums over some thousand rows in the same, and those are added up in fp64. A replicate's product is the
  /// same bits for any number of threads. The same side twice without `right` costs half.
  void resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision,
                       const Resampling& resampling, const Progress& progress);
  /// R (min(n,d') x d', upper triangular) of the QR factorization of the transformed rows: the same singular values.
  DenseMatrix triangular_factor(const DeviceRows& rows, const RowTransform& transform);

  /// Eigenvalues and eigenvectors of a symmetric matrix.
  Eigen eigh(const DenseMatrix& symmetric);
  Svd svd(const DenseMatrix& matrix);

  /// The canonical cosines (engine/cosines/canonical_cosine.hpp) of the listed pairs of transformed rows: in fp64, from
  /// the stored values, without tiles. Pairs need not be ordered.
  std::vector<double> pair_cosines(const DeviceRows& rows, const RowTransform& transform, std::span<const Pair> pairs);
  /// The same of rows i of a and rows j of b.
  std::vector<double> pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                   const RowTransform& tb, std::span<const Pair> pairs);

  /// The same for who asks again and again: what all pairs need of the rows is found out once. `rows` must outlive it.
  std::unique_ptr<PairCosines> kept_pair_cosines(const DeviceRows& rows, const RowTransform& transform);

  /// Corrections of what is swept over `unit`, prepared of `rows`; none where the device has no use for them.
  std::unique_ptr<CosineCorrections> corrections(const UnitRows& unit, const DeviceRows& rows,
                                                 const RowTransform& transform);

  /// Unit rows have finite bounds (UnitRows::bound), pair_cosines are canonical, and sweeps answer Listed and Degrees
  /// with margins.
  virtual bool certifies() const { return false; }
  /// Whether sweeps of Precision::half are so much sooner than those of `single` that it pays to decide by them where
  /// they leave few pairs open. Results do not depend on it.
  virtual bool decides_by_half() const { return false; }
  /// Threads of the host for what is decided there. Results do not depend on it.
  virtual int host_threads() const { return info().threads; }

  /// The cost of a pair in pair_cosines, in cosines that a sweep keeps for a bracket: the more, the smaller the sample
  /// that brackets are set by. Results do not depend on it.
  virtual double sampling_cost() const { return 16.0; }

  /// The cost of a cosine that a bracket keeps as a value, in cosines that a sweep goes through. Where many are kept
  /// and this is high, they are counted instead, and another sweep keeps the few that are left. Results do not depend
  /// on it.
  virtual double keeping_cost() const { return 1.0; }

  /// For every query q (a row of `queries`, m x d') its products z_i = <y_i, q> with all transformed rows y_i, formed
  /// in fp64 and consumed where they are formed: memory is a block of rows and O(m k), never n x m. The same bits for
  /// any number of threads and whatever the other queries are. Throws InvalidUsage for queries of another width, no
  /// rows, k < 1, or a temperature that is not finite and > 0. Queries and rows must be finite; where products
  /// overflow, the denominator is not finite or fewer than k rows are listed.
  std::vector<SoftmaxProducts> softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                const DenseMatrix& queries, int64_t k, double temperature,
                                                const Progress& progress);

  /// Unit rows for sweeps; `transform.unit` is implied. Rows that shall be swept together with others than themselves
  /// are prepared with those as their `partner`, which fixes how they are laid out.
  std::unique_ptr<UnitRows> prepare(const DeviceRows& rows, const RowTransform& transform, Precision precision,
                                    const UnitRows* partner = nullptr);
  /// Memory of the host that unit rows of so many rows and dimensions, and a sweep over them, take.
  virtual double host_bytes(int64_t rows, int64_t dim, Precision precision) const = 0;

  /// The tiling this device likes best, of the triangle of `rows` or of the rectangle of two sets of rows.
  TileGrid grid(const UnitRows& rows);
  TileGrid grid(const UnitRows& a, const UnitRows& b);
  /// Runs `request` over the tiles of `range`: pairs i < j of `rows` in a triangle, rows i of a and j of b in a
  /// rectangle. Every integer and order statistic of the merged result is the same whatever the grid, the split into
  /// ranges and the number of threads.
  SweepState sweep(const UnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                   const Progress& progress);
  SweepState sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const TileGrid& grid,
                   TileRange range, const Progress& progress);
  /// The same over all tiles of the grid that the device likes best.
  SweepState sweep(const UnitRows& rows, const SweepRequest& request, const Progress& progress = {});
  SweepState sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const Progress& progress = {});
  /// Over the pairs of `range`, of a triangle: of each bin of a's cosine, the count and the sum of values_b[bin of b's
  /// cosine], bit for bit the cosines of sweeps. `values_b` has one value a bin of b. The same for every grid, split
  /// and number of threads.
  RankSums rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b, const TileGrid& grid,
                        TileRange range, const Progress& progress);
  /// All cosines >= threshold in rows [begin, end), both sides of the diagonal: bit for bit those of a sweep.
  CsrBand threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end);
  /// Seconds for the bare products of all tiles of the triangle, nothing consumed: the yardstick of a sweep. The
  /// fastest of the ways this device has.
  double bare_triangle_seconds(const UnitRows& rows, const Progress& progress);

 private:
  // Every device must have these.

  virtual std::unique_ptr<DeviceRows> do_upload(const MatrixView& view, std::span<const int64_t> rows) = 0;
  /// `transform.unit` is set. `partner` may be null.
  virtual std::unique_ptr<UnitRows> do_prepare(const DeviceRows& rows, const RowTransform& transform,
                                               Precision precision, const UnitRows* partner) = 0;
  virtual Tiling do_tiling(const UnitRows& a, const UnitRows& b) = 0;
  /// In a triangle, a and b are the same. `request` is normal (NormalRequest) and may be empty, `state` holds what is
  /// found of no cosine at all: the device adds to it.
  virtual void do_sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const TileGrid& grid,
                        TileRange range, SweepState& state, const Progress& progress) = 0;

  void check_tiles(const UnitRows& a, const UnitRows& b, const TileGrid& grid, TileRange range);

 protected:
  // The host can do these for it, and does where a device leaves them to these defaults.

  virtual std::vector<double> do_norms(const DeviceRows& rows, const RowTransform& transform);
  virtual std::vector<double> do_column_sums(const DeviceRows& rows, const RowTransform& transform);
  virtual DenseMatrix do_gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb);
  virtual RowForms do_row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                                const RowTransform& tb);
  /// `resampling.draw` checks what it has drawn.
  virtual void do_resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision,
                                  const Resampling& resampling, const Progress& progress);
  virtual DenseMatrix do_triangular_factor(const DeviceRows& rows, const RowTransform& transform);
  virtual Eigen do_eigh(const DenseMatrix& symmetric);
  virtual Svd do_svd(const DenseMatrix& matrix);
  /// Both transforms scale to length 1 and do not recentre.
  virtual std::vector<double> do_pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                              const RowTransform& tb, std::span<const Pair> pairs);
  virtual std::unique_ptr<PairCosines> do_kept_pair_cosines(const DeviceRows& rows, const RowTransform& transform);
  virtual std::unique_ptr<CosineCorrections> do_corrections(const UnitRows& unit, const DeviceRows& rows,
                                                            const RowTransform& transform);
  virtual std::vector<SoftmaxProducts> do_softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                           const DenseMatrix& queries, int64_t k, double temperature,
                                                           const Progress& progress);
  virtual RankSums do_rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                                   const TileGrid& grid, TileRange range, const Progress& progress);
  virtual CsrBand do_threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end);
  virtual double do_bare_triangle_seconds(const UnitRows& rows, const Progress& progress);
};

}  // namespace gramian
