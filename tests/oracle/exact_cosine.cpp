#include "tests/oracle/exact_cosine.hpp"

#include <cmath>

namespace oracle {
namespace {

class Sum {
 public:
  void add(long double term) {
    const long double next = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  long double value() const { return sum_ + lost_; }

 private:
  long double sum_ = 0.0L;
  long double lost_ = 0.0L;
};

long double product(const double* x, const double* y, int64_t d) {
  Sum sum;
  for (int64_t k = 0; k < d; ++k) {
    const auto a = static_cast<long double>(x[k]);
    const auto b = static_cast<long double>(y[k]);
    const long double rounded = a * b;
    sum.add(rounded);
    sum.add(std::fma(a, b, -rounded));
  }
  return sum.value();
}

}  // namespace

long double exact_cosine(const double* x, const double* y, int64_t d) {
  return product(x, y, d) / (std::sqrt(product(x, x, d)) * std::sqrt(product(y, y, d)));
}

}  // namespace oracle
