#include "engine/analyses/comparison/per_token_rsa.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/analyses/distribution/centered_products.hpp"

namespace gramian {
namespace {

/// A sum of squares is no more than rounding below this share of Σ‖y‖², which bounds the terms it is made of.
constexpr double kRounding = 64 * std::numeric_limits<double>::epsilon();
/// A standard deviation below this is rounding of the cosines themselves.
constexpr double kConstant = 8 * std::numeric_limits<double>::epsilon();

/// One space's part.
struct Side {
  std::vector<double> own;      // u
  std::vector<double> squares;  // (n−1) var
  double smallest = 0.0;        // squares that still are more than rounding
};

Side side_of(Space& space) {
  const auto n = static_cast<double>(space.size());
  Backend& backend = space.backend();
  Side side;
  side.own =
      backend.row_forms(space.device_rows(), space.centered(), {}, space.device_rows(), space.centered()).product;
  double total = 0.0;
  for (const double square : side.own) total += square;
  for (double& u : side.own) u = (total / n + u) / 2.0;
  side.squares = cross_forms(space, space);
  for (size_t i = 0; i < side.squares.size(); ++i) side.squares[i] -= side.own[i] * side.own[i] * n / (n - 1.0);
  side.smallest = std::max(kRounding * total, (n - 1.0) * kConstant * kConstant);
  return side;
}

}  // namespace

std::vector<double> per_token_rsa(Space& a, Space& b) {
  if (a.size() < 3) {
    throw InvalidInput("RSA needs at least 3 shared items, there are " + std::to_string(a.size()));
  }
  const Side first = side_of(a);
  const Side second = side_of(b);
  std::vector<double> r = cross_forms(a, b);
  const auto n = static_cast<double>(a.size());
  for (size_t i = 0; i < r.size(); ++i) {
    if (!(first.squares[i] > first.smallest) || !(second.squares[i] > second.smallest)) {
      r[i] = std::numeric_limits<double>::quiet_NaN();
      continue;
    }
    const double covariance = r[i] - first.own[i] * second.own[i] * n / (n - 1.0);
    r[i] = std::clamp(covariance / (std::sqrt(first.squares[i]) * std::sqrt(second.squares[i])), -1.0, 1.0);
  }
  return r;
}

Ranking ranking(const std::vector<double>& values, int64_t count) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < std::ssize(values); ++i) {
    if (!std::isnan(values[static_cast<size_t>(i)])) rows.push_back(i);
  }
  const int64_t shown = std::clamp<int64_t>(count, 0, std::ssize(rows));
  const auto value = [&](int64_t row) { return values[static_cast<size_t>(row)]; };
  const auto first = [&](auto before) {
    std::partial_sort(rows.begin(), rows.begin() + shown, rows.end(), [&](int64_t x, int64_t y) {
      return before(value(x), value(y)) || (value(x) == value(y) && x < y);
    });
    return std::vector<int64_t>(rows.begin(), rows.begin() + shown);
  };
  Ranking result;
  result.lowest = first(std::less<>());
  result.highest = first(std::greater<>());
  return result;
}

}  // namespace gramian
