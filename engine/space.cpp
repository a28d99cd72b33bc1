#include "engine/space.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "engine/principal.hpp"
#include "engine/row_products.hpp"

namespace gramian {
namespace {

/// The rest of a row after preprocessing counts as nothing below this share of what was there before: fp64 rounding
/// leaves about 1e-16 of a row that equals the mean.
constexpr double kNothingLeft = 1e-12;

std::string describe(const BadRows& bad) {
  const auto list = [](const std::vector<int64_t>& rows) {
    std::string text;
    for (size_t k = 0; k < std::min<size_t>(rows.size(), 5); ++k) text += (k > 0 ? ", " : "") + std::to_string(rows[k]);
    return text + (rows.size() > 5 ? ", ..." : "");
  };
  std::string text;
  if (!bad.zero.empty()) text += std::to_string(bad.zero.size()) + " of length zero (" + list(bad.zero) + ")";
  if (!bad.nonfinite.empty()) {
    text += (text.empty() ? "" : " and ") + std::to_string(bad.nonfinite.size()) + " with NaN or infinity (" +
            list(bad.nonfinite) + ")";
  }
  return "rows without a cosine: " + text;
}

}  // namespace

BadRowsError::BadRowsError(BadRows rows) : InvalidInput(describe(rows)), rows_(std::move(rows)) {}

namespace {

/// `rows`: their numbers in the matrix; empty: all of them.
RowCheck check_uploaded(Backend& backend, const DeviceRows& uploaded, std::span<const int64_t> rows) {
  RowCheck check;
  check.norms = backend.norms(uploaded, {});
  for (int64_t i = 0; i < std::ssize(check.norms); ++i) {
    const double norm = check.norms[static_cast<size_t>(i)];
    const int64_t row = rows.empty() ? i : rows[static_cast<size_t>(i)];
    if (!std::isfinite(norm)) {
      check.bad.nonfinite.push_back(row);
    } else if (norm == 0.0) {
      check.bad.zero.push_back(row);
    }
  }
  std::ranges::sort(check.bad.zero);
  std::ranges::sort(check.bad.nonfinite);
  return check;
}

}  // namespace

RowCheck check_rows(Backend& backend, const MatrixView& view, std::span<const int64_t> rows) {
  return check_uploaded(backend, *backend.upload(view, rows), rows);
}

Space::Space(Backend& backend, const MatrixView& view, SpaceOptions options)
    : backend_(&backend), view_(view), rows_(std::move(options.rows)), preprocessing_(options.preprocessing) {
  // All rows are copied in one piece, and once: what is left of them after the check is mostly all of them.
  device_rows_ = backend.upload(view, rows_);
  if (rows_.empty()) {
    rows_.resize(static_cast<size_t>(view.rows));
    std::iota(rows_.begin(), rows_.end(), 0);
  }
  const auto drop = [&](const BadRows& bad) {
    if (bad.count() == 0) return;
    if (!options.drop_bad_rows) throw BadRowsError(bad);
    std::erase_if(rows_, [&](int64_t row) {
      return std::ranges::binary_search(bad.zero, row) || std::ranges::binary_search(bad.nonfinite, row);
    });
    dropped_.zero.insert(dropped_.zero.end(), bad.zero.begin(), bad.zero.end());
    dropped_.nonfinite.insert(dropped_.nonfinite.end(), bad.nonfinite.begin(), bad.nonfinite.end());
    std::ranges::sort(dropped_.zero);
    std::ranges::sort(dropped_.nonfinite);
  };
  RowCheck check = check_uploaded(backend, *device_rows_, rows_);
  const bool zeros_stay = options.zero_rows_stay && !options.drop_bad_rows;
  if (zeros_stay) check.bad.zero.clear();
  drop(check.bad);
  if (rows_.empty()) throw InvalidInput("no row is left to work with");

  if (check.bad.count() > 0) {
    device_rows_.reset();
    device_rows_ = backend.upload(view, rows_);
  }
  preprocess(options.preprocessing);
  if (!zeros_stay && (!plain_.shift.empty() || plain_.maps())) {
    // The mean stays that of all good rows: dropping rows that equal it does not move it.
    const BadRows emptied = emptied_rows();
    drop(emptied);
    if (rows_.empty()) throw InvalidInput("no row is left to work with after centring");
    if (emptied.count() > 0) device_rows_ = backend.upload(view, rows_);
  }
  unit_ = plain_;
  unit_.unit = true;
}

void Space::preprocess(Preprocessing& wanted) {
  if (wanted.centers()) {
    if (wanted.remove_top < 0 || wanted.remove_top >= std::min(size(), dim())) {
      throw InvalidSetting("remove_top", std::to_string(wanted.remove_top) + ": must be below the smaller of " +
                                             std::to_string(size()) + " rows and " + std::to_string(dim()) +
                                             " dimensions");
    }
    plain_.shift = backend_->column_sums(*device_rows_, {});
    for (double& x : plain_.shift) x /= static_cast<double>(size());
    if (wanted.remove_top > 0) {
      plain_.directions = principal_directions(*backend_, *device_rows_, plain_, wanted.remove_top);
    }
  }
  if (wanted.principal()) {
    if (wanted.map.rows > 0) throw InvalidUsage("a map and principal directions: one of them is applied, not both");
    plain_.map = principal_map(*backend_, *device_rows_, plain_, {wanted.dims, wanted.whiten});
  } else {
    plain_.map = std::move(wanted.map);
  }
}

BadRows Space::emptied_rows() const {
  const std::vector<double> norms = backend_->norms(*device_rows_, plain_);
  const std::vector<double> stored = backend_->norms(*device_rows_, {});
  const double shift = safe_norm(plain_.shift);
  const double stretch = plain_.maps() ? safe_norm(plain_.map.values) : 1.0;  // at most, by the map
  BadRows emptied;
  for (size_t i = 0; i < norms.size(); ++i) {
    if (norms[i] <= kNothingLeft * stretch * std::max(stored[i], shift)) emptied.zero.push_back(rows_[i]);
  }
  std::ranges::sort(emptied.zero);
  return emptied;
}

std::vector<double> mean_row(Backend& backend, const DeviceRows& rows, RowTransform transform) {
  const auto n = static_cast<double>(rows.rows());
  std::vector<double> mean = backend.column_sums(rows, transform);
  for (double& x : mean) x /= n;
  transform.recenter = mean;
  const std::vector<double> left = backend.column_sums(rows, transform);
  for (size_t k = 0; k < mean.size(); ++k) mean[k] += left[k] / n;
  return mean;
}

bool Space::equals(const Space& other) const {
  const auto of = [](const MatrixView& view) {
    return std::tuple(view.data, view.type, view.rows, view.cols, view.row_stride);
  };
  return of(view_) == of(other.view_) && rows_ == other.rows_ && preprocessing_ == other.preprocessing_;
}

const std::vector<double>& Space::mean_unit_row() {
  if (!mean_) mean_ = mean_row(*backend_, *device_rows_, unit_);
  return *mean_;
}

const RowTransform& Space::centered() {
  if (!centered_) {
    RowTransform transform = unit_;
    transform.recenter = mean_unit_row();
    centered_ = std::move(transform);
  }
  return *centered_;
}

const DenseMatrix& Space::centered_gram() {
  if (!centered_gram_) {
    const RowTransform& transform = centered();
    centered_gram_ = backend_->gram(*device_rows_, transform, *device_rows_, transform);
  }
  return *centered_gram_;
}

const DenseMatrix& Space::centered_row_products() {
  if (!centered_row_products_) centered_row_products_ = row_products(*backend_, *device_rows_, centered());
  return *centered_row_products_;
}

const UnitRows& Space::unit_rows(Precision precision) {
  if (!unit_rows_ || unit_rows_precision_ != precision) {
    unit_rows_.reset();
    unit_rows_ = backend_->prepare(*device_rows_, unit_, precision);
    unit_rows_precision_ = precision;
    unit_bounds_.at(static_cast<size_t>(precision)) = unit_rows_->bound();
  }
  return *unit_rows_;
}

const PairCosines& Space::pair_cosines() {
  if (!pair_cosines_) pair_cosines_ = backend_->kept_pair_cosines(*device_rows_, unit_);
  return *pair_cosines_;
}

double Space::unit_bound(Precision precision) {
  const std::optional<double>& known = unit_bounds_.at(static_cast<size_t>(precision));
  if (!known) unit_rows(precision);
  return known.value();
}

}  // namespace gramian
