#include "kernels/cpu/products/row_forms.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/error.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"

namespace gramian::cpu {
namespace {

/// Rows multiplied by M at a time: enough to reuse what is read of M, few enough for their product to stay in cache.
constexpr int64_t kRowBlock = 4 * kPanel;

/// M with its columns as the rows of panels: yᵀM is then the product of two sets of panels.
AlignedBuffer<double> pack_matrix(const DenseMatrix& m) {
  AlignedBuffer<double> packed(panel_count(m.cols) * kPanel * m.rows);
  for (int64_t p = 0; p < panel_count(m.cols); ++p) {
    const int64_t width = std::min(kPanel, m.cols - p * kPanel);
    for (int64_t k = 0; k < m.rows; ++k) {
      double* out = packed.data() + (p * m.rows + k) * kPanel;
      std::copy_n(m.values.data() + k * m.cols + p * kPanel, width, out);
      std::fill(out + width, out + kPanel, 0.0);
    }
  }
  return packed;
}

double distance(const double* x, const double* y, int64_t count) {
  double sum = 0.0;
  for (int64_t k = 0; k < count; ++k) sum += (x[k] - y[k]) * (x[k] - y[k]);
  return std::sqrt(sum);
}

void identity_forms(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb,
                    int64_t begin, int64_t end, RowForms& forms) {
  const auto width = static_cast<size_t>(std::max(ta.dim(a.dim()), tb.dim(b.dim())));
  std::vector<double> y(width);
  std::vector<double> z(width);
  for (int64_t r = begin; r < end; ++r) {
    transformed_row(a, r, ta, y.data());
    transformed_row(b, r, tb, z.data());
    forms.product[static_cast<size_t>(r)] = isa_table().dot(y.data(), z.data(), std::ssize(y));
    forms.distance[static_cast<size_t>(r)] = distance(y.data(), z.data(), std::ssize(y));
  }
}

}  // namespace

RowForms row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                   const RowTransform& tb, int threads) {
  const bool identity = m.values.empty();
  const int64_t n = a.rows();
  const int64_t depth = ta.dim(a.dim());
  const int64_t width = tb.dim(b.dim());
  const int64_t ld = panel_count(width) * kPanel;
  const AlignedBuffer<double> matrix = identity ? AlignedBuffer<double>() : pack_matrix(m);
  struct Worker {
    AlignedBuffer<double> rows;
    AlignedBuffer<double> out;
    std::vector<double> row;
  };
  std::vector<Worker> workers(static_cast<size_t>(threads));
  RowForms forms;
  forms.product.resize(static_cast<size_t>(n));
  forms.distance.resize(static_cast<size_t>(n));
  parallel_for(threads, (n + kRowBlock - 1) / kRowBlock, [&](int64_t block, int index) {
    const int64_t begin = block * kRowBlock;
    const int64_t end = std::min(n, begin + kRowBlock);
    if (identity) {
      identity_forms(a, ta, b, tb, begin, end, forms);
      return;
    }
    Worker& mine = workers[static_cast<size_t>(index)];
    if (mine.row.empty()) {
      mine.rows = AlignedBuffer<double>(kRowBlock * depth);
      mine.out = AlignedBuffer<double>(kRowBlock * ld);
      mine.row.resize(static_cast<size_t>(std::max(depth, width)));
      // Lanes beyond the last row hold whatever an earlier block left: finite, and never read back.
      std::fill_n(mine.rows.data(), mine.rows.size(), 0.0);
    }
    for (int64_t r = begin; r < end; ++r) {
      transformed_row(a, r, ta, mine.row.data());
      double* out = mine.rows.data() + (r - begin) / kPanel * depth * kPanel + (r - begin) % kPanel;
      for (int64_t k = 0; k < depth; ++k) out[k * kPanel] = mine.row[static_cast<size_t>(k)];
    }
    isa_table().product_f64({mine.rows.data(), panel_count(end - begin)}, {matrix.data(), panel_count(width)}, depth,
                            mine.out.data(), ld, {});
    for (int64_t r = begin; r < end; ++r) {
      transformed_row(b, r, tb, mine.row.data());
      const double* mapped = mine.out.data() + (r - begin) * ld;
      forms.product[static_cast<size_t>(r)] = isa_table().dot(mapped, mine.row.data(), width);
      forms.distance[static_cast<size_t>(r)] = distance(mapped, mine.row.data(), width);
    }
  });
  return forms;
}

}  // namespace gramian::cpu
