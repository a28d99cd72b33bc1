#include "engine/on_host/canonical_rows.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

#include "engine/cosines/canonical_cosine.hpp"
#include "engine/cosines/canonical_order.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"

namespace gramian::on_host {
namespace {

constexpr int64_t kKeptBytes = int64_t{256} << 20;
constexpr int64_t kChunk = 512;
/// Squares between which no fp32 product of two rows overflows, and what underflows is nothing beside their lengths.
constexpr double kLeastSquare = 1e-20;
constexpr double kMostSquare = 1e30;
constexpr double kSingle = 0x1p-24;
/// Pairs from whose turn on a row is on its way from memory.
constexpr size_t kAhead = 4;

/// Every value is one of fp32, and worked with as it is stored.
bool holds_f32(const DeviceRows& rows, const RowTransform& transform) {
  const ElementType type = rows.type();
  return (type == ElementType::f32 || type == ElementType::f16 || type == ElementType::bf16) &&
         transform.shift.empty() && transform.directions.rows == 0 && !transform.maps();
}

template <class Use>
void for_each_row(int64_t rows, int threads, Use use) {
  parallel_for(threads, (rows + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
    for (int64_t row = chunk * kChunk; row < std::min(rows, (chunk + 1) * kChunk); ++row) use(row);
  });
}

}  // namespace

bool CanonicalRows::could_take_f32(const DeviceRows& rows, const RowTransform& transform, const CanonicalDots& dots) {
  return dots.dot_f32 != nullptr && rows.type() == ElementType::f32 && holds_f32(rows, transform);
}

CanonicalRows::CanonicalRows(const DeviceRows& rows, const RowTransform& transform, const CanonicalDots& dots,
                             bool often, int threads)
    : rows_(&rows),
      transform_(transform),
      dots_(dots),
      d_(transform.dim(rows.dim())),
      takes_f32_(could_take_f32(rows, transform, dots)) {
  if (often) keep(threads);
}

void CanonicalRows::keep(int threads) {
  const int64_t n = rows_->rows();
  if (!takes_f32_ && dots_.dot_f32 != nullptr && holds_f32(*rows_, transform_) && n <= kKeptBytes / 4 / d_) {
    takes_f32_ = true;
    narrow_.resize(static_cast<size_t>(n * d_));
  } else if (!takes_f32_ && n <= kKeptBytes / 8 / d_) {
    wide_.resize(static_cast<size_t>(n * d_));
  }
  squares_.resize(static_cast<size_t>(n));
  for_each_row(n, threads, [&](int64_t row) {
    std::vector<double> space(static_cast<size_t>(d_));
    if (!narrow_.empty()) {
      rows_->read(row, space.data());
      std::ranges::transform(space, narrow_.begin() + row * d_, [](double x) { return static_cast<float>(x); });
    }
    const double* values = nullptr;
    if (!takes_f32_) {
      double* const at = wide_.empty() ? space.data() : wide_.data() + row * d_;
      form(row, at);
      values = at;
    }
    squares_[static_cast<size_t>(row)] =
        takes_f32_ ? dots_.dot_f32(f32(row), f32(row), d_) : dots_.dot(values, values, d_);
  });
  find_twins(threads);
  if (dots_.quick_f32 != nullptr) prepare_quick(threads);
}

void CanonicalRows::find_twins(int threads) {
  const int64_t n = rows_->rows();
  const auto bytes_of = [&](int64_t row) {
    return std::string_view(reinterpret_cast<const char*>(rows_->stored(row)),
                            static_cast<size_t>(rows_->dim() * element_size(rows_->type())));
  };
  std::vector<std::pair<size_t, int64_t>> hashed(static_cast<size_t>(n));  // and the row
  for_each_row(n, threads, [&](int64_t row) {
    hashed[static_cast<size_t>(row)] = {std::hash<std::string_view>()(bytes_of(row)), row};
  });
  std::ranges::sort(hashed);
  const auto same_hash = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::ranges::adjacent_find(hashed, same_hash) == hashed.end()) return;
  twins_.resize(static_cast<size_t>(n));
  for (size_t begin = 0, end = 0; begin < hashed.size(); begin = end) {
    std::vector<int64_t> firsts;  // of rows with this hash
    for (end = begin; end < hashed.size() && same_hash(hashed[begin], hashed[end]); ++end) {
      const int64_t row = hashed[end].second;
      const auto twin = std::ranges::find_if(firsts, [&](int64_t first) { return bytes_of(first) == bytes_of(row); });
      twins_[static_cast<size_t>(row)] = twin == firsts.end() ? row : *twin;
      if (twin == firsts.end()) firsts.push_back(row);
    }
  }
}

void CanonicalRows::prepare_quick(int threads) {
  const int64_t n = rows_->rows();
  double removed = 0.0;  // from a row of length 1
  if (!takes_f32_) {
    if (n > kKeptBytes / 4 / d_) return;
    removed = kSingle * (1.0 + 1e-6) + canonical_cosine_bound(d_);
    unit_.resize(static_cast<size_t>(n * d_));
    for_each_row(n, threads, [&](int64_t row) {
      std::vector<double> space;
      const double* const values = f64(row, space);
      const double inverse = 1.0 / std::sqrt(squares_[static_cast<size_t>(row)]);
      std::transform(values, values + d_, unit_.begin() + row * d_,
                     [&](double x) { return static_cast<float>(x * inverse); });
    });
    inverse_.assign(static_cast<size_t>(n), 1.0f);
  } else {
    const auto [least, most] = std::ranges::minmax_element(squares_);
    if (n == 0 || *least < kLeastSquare || *most > kMostSquare) return;
    for (const double square : squares_) inverse_.push_back(static_cast<float>(1.0 / std::sqrt(square)));
  }
  // A term is rounded when it is formed, once a step of its lane and in six halvings of the lanes; both inverses, their
  // product and the last product besides.
  const double k = static_cast<double>((d_ + kQuickLanes - 1) / kQuickLanes + 12) * kSingle;
  quick_bound_ = k / (1.0 - k) * (1.0 + 4.0 * removed) + 2.0 * removed + 3.0 * removed * removed + 1e-9 +
                 canonical_cosine_bound(d_);
}

const void* CanonicalRows::f32(int64_t row) const {
  return narrow_.empty() ? static_cast<const void*>(rows_->stored(row)) : narrow_.data() + row * d_;
}

const double* CanonicalRows::f64(int64_t row, std::vector<double>& space) const {
  if (!wide_.empty()) return wide_.data() + row * d_;
  space.resize(static_cast<size_t>(d_));
  form(row, space.data());
  return space.data();
}

double CanonicalRows::square(int64_t row, const double* values) const {
  if (!squares_.empty()) return squares_[static_cast<size_t>(row)];
  return takes_f32_ ? dots_.dot_f32(f32(row), f32(row), d_) : dots_.dot(values, values, d_);
}

void CanonicalRows::form(int64_t row, double* out) const {
  unscaled_row(*rows_, row, transform_, out, dots_.dot);
  scale_by_power_of_two(out, d_);
}

void CanonicalRows::of(std::span<const Pair> pairs, double* cosines) const { with(*this, pairs, cosines); }

void CanonicalRows::with(const CanonicalRows& other, std::span<const Pair> pairs, double* cosines) const {
  std::vector<double> space_x;
  std::vector<double> space_y;
  int64_t loaded = -1;
  const double* x = nullptr;
  double xx = 0.0;
  for (size_t p = 0; p < pairs.size(); ++p) {
    const auto [i, j] = pairs[p];
    if (this == &other && are_twins(pairs[p])) {
      cosines[p] = 1.0;
      continue;
    }
    if (i != loaded) {
      if (!takes_f32_) x = f64(i, space_x);
      xx = square(i, x);
      loaded = i;
    }
    const double* const y = takes_f32_ ? nullptr : other.f64(j, space_y);
    const double xy = takes_f32_ ? dots_.dot_f32(f32(i), other.f32(j), d_) : dots_.dot(x, y, d_);
    cosines[p] = canonical_quotient(xy, xx, other.square(j, y));
  }
}

void CanonicalRows::quickly(std::span<const Pair> pairs, double* cosines) const {
  if (inverse_.empty()) {
    of(pairs, cosines);
    return;
  }
  const auto row = [&](int64_t r) -> const void* { return unit_.empty() ? f32(r) : unit_.data() + r * d_; };
  for (size_t p = 0; p < pairs.size(); ++p) {
    if (p + kAhead < pairs.size()) {
      const auto* const next = static_cast<const std::byte*>(row(pairs[p + kAhead].j));
      for (int64_t at = 0; at < 4 * d_; at += 64) __builtin_prefetch(next + at);
    }
    if (are_twins(pairs[p])) {
      cosines[p] = 1.0;
      continue;
    }
    const auto [i, j] = pairs[p];
    const float scale = inverse_[static_cast<size_t>(i)] * inverse_[static_cast<size_t>(j)];
    cosines[p] = std::clamp(static_cast<double>(dots_.quick_f32(row(i), row(j), d_) * scale), -1.0, 1.0);
  }
}

}  // namespace gramian::on_host
