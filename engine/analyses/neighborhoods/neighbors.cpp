#include "engine/analyses/neighborhoods/neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace gramian {
namespace {

std::vector<std::vector<Neighbor>> cosines_of(Space& space, std::span<const int64_t> rows) {
  std::vector<std::vector<Neighbor>> all;
  for (const int64_t row : rows) {
    std::vector<Pair> pairs;
    pairs.reserve(static_cast<size_t>(space.size()));
    for (int64_t other = 0; other < space.size(); ++other) {
      if (other != row) pairs.push_back({row, other});
    }
    const std::vector<double> cosines = space.backend().pair_cosines(space.device_rows(), space.unit(), pairs);
    std::vector<Neighbor> neighbors(pairs.size());
    for (size_t p = 0; p < pairs.size(); ++p) neighbors[p] = {pairs[p].j, cosines[p]};
    all.push_back(std::move(neighbors));
  }
  return all;
}

}  // namespace

void check_neighbors(int64_t k, int64_t n) {
  if (k >= 1 && k < n) return;
  if (n < 2) throw InvalidUsage("one row has no neighbour");
  throw InvalidUsage("k = " + std::to_string(k) + ": must be between 1 and " + std::to_string(n - 1) +
                     ", one less than the rows there are");
}

double chord_distance(double cosine) { return std::sqrt(std::max(0.0, 2.0 - 2.0 * cosine)); }

Asked<Nearest> nearest_neighbors(const Space& space, int64_t k) {
  check_neighbors(k, space.size());
  return Asked(Nearest{.k = k});
}

std::vector<std::vector<Neighbor>> neighbors_of(Space& space, std::span<const int64_t> rows, int64_t k) {
  check_neighbors(k, space.size());
  std::vector<std::vector<Neighbor>> all = cosines_of(space, rows);
  for (std::vector<Neighbor>& neighbors : all) {
    std::ranges::partial_sort(neighbors, neighbors.begin() + k, std::less<>());
    neighbors.resize(static_cast<size_t>(k));
  }
  return all;
}

std::vector<std::vector<Neighbor>> neighbors_within(Space& space, std::span<const int64_t> rows, double cosine) {
  std::vector<std::vector<Neighbor>> all = cosines_of(space, rows);
  for (std::vector<Neighbor>& neighbors : all) {
    std::erase_if(neighbors, [&](const Neighbor& neighbor) { return neighbor.cosine < cosine; });
    std::ranges::sort(neighbors, std::less<>());
  }
  return all;
}

Hubness hubness(const NeighborTable& table, int64_t largest) {
  Hubness result;
  const auto n = static_cast<double>(table.held.size());
  result.occurrences.assign(table.held.size(), 0);
  for (int64_t row = 0; row < std::ssize(table.held); ++row) {
    for (const Neighbor& neighbor : table.of(row)) ++result.occurrences[static_cast<size_t>(neighbor.row)];
  }
  const double mean = static_cast<double>(std::reduce(result.occurrences.begin(), result.occurrences.end())) / n;
  double second = 0.0;
  double third = 0.0;
  for (const int64_t count : result.occurrences) {
    const double off = static_cast<double>(count) - mean;
    second += off * off;
    third += off * off * off;
    if (count == 0) ++result.antihubs;
  }
  if (second > 0.0) result.skewness = third / n / std::pow(second / n, 1.5);
  std::vector<int64_t> rows(table.held.size());
  std::iota(rows.begin(), rows.end(), 0);
  const auto shown = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(largest), std::ssize(rows));
  std::partial_sort(rows.begin(), rows.begin() + shown, rows.end(), [&](int64_t a, int64_t b) {
    const int64_t count_a = result.occurrences[static_cast<size_t>(a)];
    const int64_t count_b = result.occurrences[static_cast<size_t>(b)];
    return count_a > count_b || (count_a == count_b && a < b);
  });
  rows.resize(static_cast<size_t>(shown));
  result.hubs = std::move(rows);
  return result;
}

}  // namespace gramian
