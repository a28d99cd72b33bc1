#pragma once
// A set of rows of one embedding matrix on one backend, checked and preprocessed: what every analysis works on.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/backend.hpp"
#include "engine/error.hpp"

namespace gramian {

/// Preprocessing is applied to rows before they are scaled to length 1.
struct Preprocessing {
  bool center = false;               // subtract the mean row
  int64_t remove_top = 0;            // after centring (which it implies), project out this many principal directions
  bool whiten = false;               // then coordinates along principal directions, each of variance 1 (principal.hpp)
  std::optional<int64_t> dims = {};  // then coordinates along the first so many of them, whitened or not
  DenseMatrix map = {};              // d' x d, applied last; without elements: none

  bool principal() const { return whiten || dims.has_value(); }
  /// Whether rows are centred, which is also implied by what principal directions are needed for.
  bool centers() const { return center || remove_top != 0 || principal(); }

  bool operator==(const Preprocessing&) const = default;
};

/// Rows that have no cosine, by their numbers in the matrix, ascending.
struct BadRows {
  std::vector<int64_t> zero;       // length zero, as stored or after preprocessing
  std::vector<int64_t> nonfinite;  // a NaN or an infinity
  int64_t count() const { return std::ssize(zero) + std::ssize(nonfinite); }
};

/// Thrown when there are bad rows and they may not be dropped.
class BadRowsError : public InvalidInput {
 public:
  explicit BadRowsError(BadRows rows);
  const BadRows& rows() const { return rows_; }

 private:
  BadRows rows_;
};

/// Norms of the listed rows (all when empty) as stored, and which of them are bad.
struct RowCheck {
  std::vector<double> norms;  // in the order of the rows; not finite where a row is not
  BadRows bad;
};
RowCheck check_rows(Backend& backend, const MatrixView& view, std::span<const int64_t> rows);

/// The mean of the transformed rows (without `recenter`), taken twice: the second time of what the first leaves, so
/// that equal rows have exactly themselves as their mean.
std::vector<double> mean_row(Backend& backend, const DeviceRows& rows, RowTransform transform);

struct SpaceOptions {
  std::vector<int64_t> rows = {};  // of the matrix, in this order; empty: all
  Preprocessing preprocessing = {};
  bool drop_bad_rows = false;
  /// No cosine will be taken: rows of length zero, as stored or after preprocessing, are rows like any other, unless
  /// bad rows are to be dropped.
  bool zero_rows_stay = false;
};

class Space {
 public:
  /// `view`'s bytes and `backend` must outlive the space. Throws BadRowsError unless bad rows may be dropped;
  /// InvalidInput when no row is left; InvalidSetting for a `remove_top` that is not below min(rows, dim) and for more
  /// `dims` than rows differ along; InvalidUsage for a map of other dimensions, or one beside principal directions.
  Space(Backend& backend, const MatrixView& view, SpaceOptions options = {});

  int64_t size() const { return device_rows_->rows(); }
  /// The transform of the rows as they are worked with.
  int64_t dim() const { return plain_.dim(device_rows_->dim()); }
  /// Number in the matrix of row i of this space.
  int64_t matrix_row(int64_t i) const { return rows_[static_cast<size_t>(i)]; }
  const std::vector<int64_t>& matrix_rows() const { return rows_; }
  const BadRows& dropped() const { return dropped_; }
  const Preprocessing& preprocessing() const { return preprocessing_; }
  /// Whether `other` has the same cosines: the same rows of the same matrix, prepared in the same way.
  bool equals(const Space& other) const;

  Backend& backend() const { return *backend_; }
  /// The matrix that its rows are of.
  const MatrixView& matrix() const { return view_; }
  const DeviceRows& device_rows() const { return *device_rows_; }
  /// Preprocessing only.
  const RowTransform& plain() const { return plain_; }
  /// Preprocessing, then length 1.
  const RowTransform& unit() const { return unit_; }

  /// μ = Σ x̂ᵢ / n. Computed once.
  const std::vector<double>& mean_unit_row();
  /// Σ (x̂ᵢ − μ)(x̂ᵢ − μ)ᵀ, d x d. Computed once.
  const DenseMatrix& centered_gram();
  /// ⟨x̂ᵢ − μ, x̂ⱼ − μ⟩, n x n. Computed once.
  const DenseMatrix& centered_row_products();
  /// Preprocessing, length 1, minus μ.
  const RowTransform& centered();
  /// The packed form for sweeps; the last one asked for is kept.
  const UnitRows& unit_rows(Precision precision);
  /// Canonical cosines of its rows, for who asks again and again.
  const PairCosines& pair_cosines();
  /// UnitRows::bound of that form; prepares it where it has never been.
  double unit_bound(Precision precision);

 private:
  void preprocess(Preprocessing& wanted);
  BadRows emptied_rows() const;

  Backend* backend_;
  MatrixView view_;
  std::vector<int64_t> rows_;
  BadRows dropped_;
  Preprocessing preprocessing_;
  std::unique_ptr<DeviceRows> device_rows_;
  RowTransform plain_;
  RowTransform unit_;
  std::optional<std::vector<double>> mean_;
  std::optional<RowTransform> centered_;
  std::optional<DenseMatrix> centered_gram_;
  std::optional<DenseMatrix> centered_row_products_;
  std::unique_ptr<UnitRows> unit_rows_;
  std::unique_ptr<PairCosines> pair_cosines_;
  Precision unit_rows_precision_ = Precision::single;
  std::array<std::optional<double>, 3> unit_bounds_;  // by precision
};

}  // namespace gramian
