#include "engine/analyses/distribution/unit_row_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "engine/error.hpp"

namespace gramian {
namespace {

constexpr double kNoDirection = 1e-12;

/// ‖s‖
double length(Space& space, const UnitRowSum& sum) {
  std::vector<Pair> pairs;
  double square = 0.0;
  double weights = 0.0;
  for (size_t a = 0; a < sum.terms.size(); ++a) {
    const double weight = sum.terms[a].weight;
    square += weight * weight;
    weights += std::abs(weight);
    for (size_t b = a + 1; b < sum.terms.size(); ++b) pairs.push_back({sum.terms[a].row, sum.terms[b].row});
  }
  const std::vector<double> cosines = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
  size_t pair = 0;
  for (size_t a = 0; a < sum.terms.size(); ++a) {
    for (size_t b = a + 1; b < sum.terms.size(); ++b, ++pair) {
      square += 2.0 * sum.terms[a].weight * sum.terms[b].weight * cosines[pair];
    }
  }
  // Rounding of the cosines alone leaves about 1e-16 of a square that cancels.
  if (!(square > kNoDirection * weights * weights)) throw InvalidInput("the terms cancel: no direction is left");
  return std::sqrt(square);
}

/// Weights of which sums and squares are representable: those that are not, by a power of two all alike.
std::vector<UnitRowSum::Term> in_range(std::vector<UnitRowSum::Term> terms) {
  double largest = 0.0;
  for (const UnitRowSum::Term& term : terms) largest = std::max(largest, std::abs(term.weight));
  if (largest == 0.0 || (largest > 1e-100 && largest < 1e100)) return terms;
  int exponent = 0;
  std::frexp(largest, &exponent);
  for (UnitRowSum::Term& term : terms) term.weight = std::ldexp(term.weight, -exponent);
  return terms;
}

}  // namespace

UnitRowSum merged(const std::vector<UnitRowSum::Term>& terms) {
  UnitRowSum sum;
  for (const UnitRowSum::Term& term : in_range(terms)) {
    const auto same =
        std::ranges::find_if(sum.terms, [&](const UnitRowSum::Term& other) { return other.row == term.row; });
    if (same == sum.terms.end()) {
      sum.terms.push_back(term);
    } else {
      same->weight += term.weight;
    }
  }
  return sum;
}

UnitRowSum mean_of_rows(Space& space, std::span<const int64_t> rows) {
  const std::vector<double> norms = space.backend().norms(space.device_rows(), space.plain());
  std::vector<UnitRowSum::Term> terms;
  for (const int64_t row : rows) terms.push_back({row, norms[static_cast<size_t>(row)]});
  return merged(terms);
}

std::vector<double> cosines_to(Space& space, const UnitRowSum& sum, std::span<const int64_t> rows) {
  const double size = length(space, sum);
  std::vector<double> cosines(rows.size(), 0.0);
  std::vector<Pair> pairs(rows.size());
  for (const UnitRowSum::Term& term : sum.terms) {
    std::ranges::transform(rows, pairs.begin(), [&](int64_t row) { return Pair{term.row, row}; });
    const std::vector<double> each = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
    for (size_t i = 0; i < rows.size(); ++i) {
      cosines[i] += term.weight / size * (rows[i] == term.row ? 1.0 : each[i]);
    }
  }
  return cosines;
}

std::vector<Neighbor> neighbors_of(Space& space, const UnitRowSum& sum, std::optional<int64_t> k,
                                   std::optional<double> least, bool include_terms) {
  std::vector<int64_t> rows(static_cast<size_t>(space.size()));
  std::iota(rows.begin(), rows.end(), 0);
  if (!include_terms) {
    std::erase_if(rows, [&](int64_t row) {
      return std::ranges::any_of(sum.terms, [&](const UnitRowSum::Term& term) { return term.row == row; });
    });
  }
  if (k && (*k < 1 || (!least && *k > std::ssize(rows)))) {
    throw InvalidUsage("k = " + std::to_string(*k) + ": must be between 1 and the " + std::to_string(rows.size()) +
                       " rows there are to choose from");
  }
  const std::vector<double> cosines = cosines_to(space, sum, rows);
  std::vector<Neighbor> neighbors;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!least || cosines[i] >= *least) neighbors.push_back({rows[i], cosines[i]});
  }
  const auto kept = std::min<std::ptrdiff_t>(k ? *k : std::ssize(neighbors), std::ssize(neighbors));
  std::ranges::partial_sort(neighbors, neighbors.begin() + kept, std::less<>());
  neighbors.resize(static_cast<size_t>(kept));
  return neighbors;
}

}  // namespace gramian
