// Resampled Gram products on the host, for backends that have none of their own: rows and sums in fp64 whatever the
// precision asked for.

#include <vector>

#include "engine/backend.hpp"
#include "engine/on_host/row_block.hpp"
#include "engine/threads.hpp"

namespace gramian {
namespace {

struct Rows {
  int64_t count = 0;
  int64_t dim = 0;
  std::vector<double> values;
  const double* row(int64_t r) const { return values.data() + r * dim; }
};

Rows side_rows(const ResampledSide& side) {
  const int64_t own = side.transform->dim(side.rows->dim());
  Rows rows{side.rows->rows(), side.dim(), {}};
  const std::vector<double> transformed = on_host::transformed_rows(*side.rows, *side.transform, 0, rows.count);
  rows.values.reserve(static_cast<size_t>(rows.count * rows.dim));
  for (int64_t r = 0; r < rows.count; ++r) {
    rows.values.insert(rows.values.end(), transformed.begin() + r * own, transformed.begin() + (r + 1) * own);
    for (int64_t k = own; k < rows.dim; ++k) rows.values.push_back((*side.appended)(r, k - own));
  }
  return rows;
}

DenseMatrix product_of(const Resample& terms, const Rows& a, const Rows& b) {
  DenseMatrix product(a.dim, b.dim);
  const int64_t count = terms.left.empty() ? a.count : std::ssize(terms.left);
  for (int64_t k = 0; k < count; ++k) {
    const auto at = static_cast<size_t>(k);
    const int64_t left = terms.left.empty() ? k : terms.left[at];
    const int64_t right = terms.right.empty() ? left : terms.right[at];
    const double weight = terms.weights.empty() ? 1.0 : terms.weights[at];
    const double* const y = b.row(right);
    for (int64_t i = 0; i < a.dim; ++i) {
      const double x = weight * a.row(left)[i];
      double* const into = product.values.data() + i * b.dim;
      for (int64_t j = 0; j < b.dim; ++j) into[j] += x * y[j];
    }
  }
  return product;
}

}  // namespace

void Backend::do_resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision,
                                 const Resampling& resampling, const Progress& progress) {
  const Rows left = side_rows(a);
  const Rows right = side_rows(b);
  parallel_for(
      on_host::threads(), resampling.replicates,
      [&](int64_t replicate, int) {
        Resample terms;
        resampling.draw(replicate, terms);
        resampling.take(replicate, product_of(terms, left, right));
      },
      [&](int64_t done) { progress.step(done, resampling.replicates); });
}

}  // namespace gramian
