#include "engine/space.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace gramian {
namespace {

/// What is left of a row after preprocessing counts as nothing below this share of what was there before: fp64 rounding
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

double length(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

}  // namespace

BadRowsError::BadRowsError(BadRows rows) : InvalidInput(describe(rows)), rows_(std::move(rows)) {}

RowCheck check_rows(Backend& backend, const MatrixView& view, std::span<const int64_t> rows) {
  const auto uploaded = backend.upload(view, rows);
  RowCheck check;
  check.norms = backend.norms(*uploaded, {});
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

Space::Space(Backend& backend, const MatrixView& view, std::vector<int64_t> rows, const Preprocessing& preprocessing,
             bool drop_bad_rows)
    : backend_(&backend), view_(view), rows_(std::move(rows)) {
  if (rows_.empty()) {
    rows_.resize(static_cast<size_t>(view.rows));
    std::iota(rows_.begin(), rows_.end(), 0);
  }
  const auto drop = [&](const BadRows& bad) {
    if (bad.count() == 0) return;
    if (!drop_bad_rows) throw BadRowsError(bad);
    std::erase_if(rows_, [&](int64_t row) {
      return std::ranges::binary_search(bad.zero, row) || std::ranges::binary_search(bad.nonfinite, row);
    });
    dropped_.zero.insert(dropped_.zero.end(), bad.zero.begin(), bad.zero.end());
    dropped_.nonfinite.insert(dropped_.nonfinite.end(), bad.nonfinite.begin(), bad.nonfinite.end());
    std::ranges::sort(dropped_.zero);
    std::ranges::sort(dropped_.nonfinite);
  };
  const RowCheck check = check_rows(backend, view, rows_);
  drop(check.bad);
  if (rows_.empty()) throw InvalidInput("no row is left to work with");

  device_rows_ = backend.upload(view, rows_);
  if (preprocessing.center || preprocessing.remove_top > 0) {
    if (preprocessing.remove_top < 0 || preprocessing.remove_top >= std::min(size(), dim())) {
      throw InvalidUsage("--remove-top " + std::to_string(preprocessing.remove_top) +
                         ": must be below the smaller of " + std::to_string(size()) + " rows and " +
                         std::to_string(dim()) + " dimensions");
    }
    plain_.shift = backend.column_sums(*device_rows_, {});
    for (double& x : plain_.shift) x /= static_cast<double>(size());
    if (preprocessing.remove_top > 0) {
      const Eigen principal = backend.eigh(backend.gram(*device_rows_, plain_, *device_rows_, plain_));
      DenseMatrix directions(preprocessing.remove_top, dim());
      for (int64_t k = 0; k < directions.rows; ++k) {
        for (int64_t c = 0; c < dim(); ++c) directions(k, c) = principal.vectors(c, k);
      }
      plain_.directions = std::move(directions);
    }
    const std::vector<double> norms = backend.norms(*device_rows_, plain_);
    const double shift = length(plain_.shift);
    BadRows emptied;
    const auto stored = backend.norms(*device_rows_, {});
    for (size_t i = 0; i < norms.size(); ++i) {
      if (norms[i] <= kNothingLeft * std::max(stored[i], shift)) emptied.zero.push_back(rows_[i]);
    }
    std::ranges::sort(emptied.zero);
    // The mean stays that of all good rows: dropping rows that equal it does not move it.
    drop(emptied);
    if (rows_.empty()) throw InvalidInput("no row is left to work with after centring");
    if (emptied.count() > 0) device_rows_ = backend.upload(view, rows_);
  }
  unit_ = plain_;
  unit_.unit = true;
}

const std::vector<double>& Space::mean_unit_row() {
  if (!mean_) {
    // Twice: the error of a sum grows with n, and where all rows are alike it would pass for their variance.
    std::vector<double> mean(static_cast<size_t>(dim()), 0.0);
    for (int pass = 0; pass < 2; ++pass) {
      RowTransform rest = unit_;
      if (pass > 0) rest.recenter = mean;
      const std::vector<double> sums = backend_->column_sums(*device_rows_, rest);
      for (size_t c = 0; c < sums.size(); ++c) mean[c] += sums[c] / static_cast<double>(size());
    }
    mean_ = std::move(mean);
  }
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

const UnitRows& Space::unit_rows(Precision precision) {
  if (!unit_rows_ || unit_rows_precision_ != precision) {
    unit_rows_.reset();
    unit_rows_ = backend_->prepare(*device_rows_, unit_, precision);
    unit_rows_precision_ = precision;
  }
  return *unit_rows_;
}

}  // namespace gramian
