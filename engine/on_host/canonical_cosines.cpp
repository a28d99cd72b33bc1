#include "engine/on_host/canonical_cosines.hpp"

#include <algorithm>
#include <optional>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"

namespace gramian::on_host {
namespace {

/// Rows that are asked for more than once on average are kept, up to so many bytes.
constexpr int64_t kKeptBytes = int64_t{256} << 20;
constexpr int64_t kChunk = 512;

bool is_plain_f32(const DeviceRows& rows, const RowTransform& transform) {
  return rows.type() == ElementType::f32 && transform.shift.empty() && transform.directions.rows == 0 &&
         !transform.maps();
}

/// Rows in the form of step 2, each with its square. Where `dots` has dot_f32, stored fp32 values serve as
/// they are: none of their products leaves fp64's range, and powers of two cancel.
class CanonicalRows {
 public:
  CanonicalRows(const DeviceRows& rows, const RowTransform& transform, const CanonicalDots& dots, int64_t uses,
                int threads)
      : rows_(&rows),
        transform_(&transform),
        dots_(dots),
        d_(transform.dim(rows.dim())),
        as_stored_(dots.dot_f32 != nullptr) {
    if (uses < 2 * rows.rows()) return;
    const bool keep = !as_stored_ && rows.rows() * d_ <= kKeptBytes / 8;
    if (!keep && !as_stored_) return;
    if (keep) values_.resize(static_cast<size_t>(rows.rows() * d_));
    squares_.resize(static_cast<size_t>(rows.rows()));
    parallel_for(threads, (rows.rows() + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
      for (int64_t row = chunk * kChunk; row < std::min(rows.rows(), (chunk + 1) * kChunk); ++row) {
        double& square = squares_[static_cast<size_t>(row)];
        if (as_stored_) {
          square = dots_.dot_f32(rows.stored(row), rows.stored(row), d_);
        } else {
          form(row, values_.data() + row * d_);
          square = dots_.dot(values_.data() + row * d_, values_.data() + row * d_, d_);
        }
      }
    });
  }

  bool as_stored() const { return as_stored_; }
  const std::byte* stored(int64_t row) const { return rows_->stored(row); }

  /// Row `row`, in `space` where it is not kept.
  const double* values(int64_t row, std::vector<double>& space) const {
    if (!values_.empty()) return values_.data() + row * d_;
    space.resize(static_cast<size_t>(d_));
    form(row, space.data());
    return space.data();
  }

  /// xx of row `row`, whose values are at `values` (unless they serve as stored).
  double square(int64_t row, const double* values) const {
    if (!squares_.empty()) return squares_[static_cast<size_t>(row)];
    return as_stored_ ? dots_.dot_f32(stored(row), stored(row), d_) : dots_.dot(values, values, d_);
  }

 private:
  void form(int64_t row, double* out) const {
    unscaled_row(*rows_, row, *transform_, out, dots_.dot);
    scale_by_power_of_two(out, d_);
  }

  const DeviceRows* rows_;
  const RowTransform* transform_;
  CanonicalDots dots_;
  int64_t d_;
  bool as_stored_;
  std::vector<double> values_;
  std::vector<double> squares_;
};

}  // namespace

std::vector<double> canonical_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs, const CanonicalDots& dots,
                                      int threads) {
  const int64_t count = std::ssize(pairs);
  const int64_t d = ta.dim(a.dim());
  // Both sides as stored or neither, since one product is of both.
  CanonicalDots used = dots;
  if (!is_plain_f32(a, ta) || !is_plain_f32(b, tb)) used.dot_f32 = nullptr;
  const CanonicalRows left(a, ta, used, count, threads);
  std::optional<CanonicalRows> other;
  if (&a != &b || &ta != &tb) other.emplace(b, tb, used, count, threads);
  const CanonicalRows& right = other ? *other : left;
  std::vector<double> cosines(pairs.size());
  parallel_for(threads, (count + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
    std::vector<double> space_x;
    std::vector<double> space_y;
    int64_t loaded = -1;
    const double* x = nullptr;
    double xx = 0.0;
    for (int64_t p = chunk * kChunk; p < std::min(count, (chunk + 1) * kChunk); ++p) {
      const auto [i, j] = pairs[static_cast<size_t>(p)];
      if (i != loaded) {
        if (!left.as_stored()) x = left.values(i, space_x);
        xx = left.square(i, x);
        loaded = i;
      }
      const double* const y = right.as_stored() ? nullptr : right.values(j, space_y);
      const double xy = right.as_stored() ? used.dot_f32(left.stored(i), right.stored(j), d) : used.dot(x, y, d);
      cosines[static_cast<size_t>(p)] = canonical_quotient(xy, xx, right.square(j, y));
    }
  });
  return cosines;
}

}  // namespace gramian::on_host
