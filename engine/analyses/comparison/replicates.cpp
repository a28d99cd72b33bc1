#include "engine/analyses/comparison/replicates.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <vector>

namespace gramian {
namespace {

double standard_deviation(const std::vector<double>& x, double mean) {
  double sum = 0.0;
  for (const double value : x) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(x.size()));
}

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

/// numpy.quantile of ascending values.
double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const double low = std::floor(position);
  const auto at = static_cast<size_t>(low);
  const double a = sorted[at];
  const double b = sorted[std::min(at + 1, sorted.size() - 1)];
  return a + (b - a) * (position - low);
}

}  // namespace

void conclude(PermutationTest& test, double observed, bool two_sided, double tie) {
  test.reached = std::ranges::count_if(
      test.null, [&](double r) { return two_sided ? std::abs(r) >= std::abs(observed) - tie : r >= observed - tie; });
  test.p_value = (1.0 + static_cast<double>(test.reached)) / (1.0 + static_cast<double>(test.permutations));
  test.mean = mean_of(test.null);
  test.sd = standard_deviation(test.null, test.mean);
}

void conclude(BootstrapInterval& interval, double confidence) {
  std::vector<double> defined;
  std::ranges::copy_if(interval.values, std::back_inserter(defined), [](double r) { return !std::isnan(r); });
  interval.undefined = interval.replicates - std::ssize(defined);
  if (defined.empty()) {
    interval.low = interval.high = interval.sd = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  interval.sd = standard_deviation(defined, mean_of(defined));
  std::ranges::sort(defined);
  interval.low = quantile(defined, (1.0 - confidence) / 2.0);
  interval.high = quantile(defined, (1.0 + confidence) / 2.0);
}

}  // namespace gramian
