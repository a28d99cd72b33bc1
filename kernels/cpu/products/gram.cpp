#include "kernels/cpu/products/gram.hpp"

#include <algorithm>
#include <cmath>

#include "engine/error.hpp"
#include "engine/on_host/canonical_cosines.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"

namespace gramian::cpu {
namespace {

/// Rows converted at a time: long enough to amortize the pass over the result, short enough to stay in cache.
constexpr int64_t kRowBlock = 1024;
constexpr int64_t kSumBlock = 4096;
/// Panels on each side of one piece of the result.
constexpr int64_t kPiece = 4;

/// Rows [begin, end) with columns as the panel's rows: the inner dimension of the product is the row index.
void pack_columns(const DeviceRows& rows, const RowTransform& transform, int64_t begin, int64_t end,
                  AlignedBuffer<double>& out, int threads) {
  const int64_t d = transform.dim(rows.dim());
  const int64_t depth = end - begin;
  constexpr int64_t kChunk = 32;
  parallel_for(threads, (depth + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
    std::vector<double> row(static_cast<size_t>(panel_count(d) * kPanel), 0.0);
    for (int64_t k = chunk * kChunk; k < std::min(depth, (chunk + 1) * kChunk); ++k) {
      transformed_row(rows, begin + k, transform, row.data());
      for (int64_t p = 0; p < panel_count(d); ++p) {
        std::copy_n(row.data() + p * kPanel, kPanel, out.data() + (p * depth + k) * kPanel);
      }
    }
  });
}

}  // namespace

std::vector<double> row_norms(const DeviceRows& rows, const RowTransform& transform, int threads) {
  std::vector<double> norms(static_cast<size_t>(rows.rows()));
  constexpr int64_t kChunk = 256;
  parallel_for(threads, (rows.rows() + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
    std::vector<double> row(static_cast<size_t>(transform.dim(rows.dim())));
    for (int64_t r = chunk * kChunk; r < std::min(rows.rows(), (chunk + 1) * kChunk); ++r) {
      norms[static_cast<size_t>(r)] = transformed_norm(rows, r, transform, row.data());
    }
  });
  return norms;
}

std::vector<double> column_sums(const DeviceRows& rows, const RowTransform& transform, int threads) {
  const int64_t d = transform.dim(rows.dim());
  const int64_t blocks = (rows.rows() + kSumBlock - 1) / kSumBlock;
  std::vector<std::vector<double>> partial(static_cast<size_t>(blocks));
  parallel_for(threads, blocks, [&](int64_t block, int) {
    std::vector<double> sum(static_cast<size_t>(d));
    std::vector<double> row(static_cast<size_t>(d));
    for (int64_t r = block * kSumBlock; r < std::min(rows.rows(), (block + 1) * kSumBlock); ++r) {
      transformed_row(rows, r, transform, row.data());
      for (size_t k = 0; k < row.size(); ++k) sum[k] += row[k];
    }
    partial[static_cast<size_t>(block)] = std::move(sum);
  });
  std::vector<double> total(static_cast<size_t>(d));
  for (const std::vector<double>& part : partial) {
    for (size_t k = 0; k < part.size(); ++k) total[k] += part[k];
  }
  return total;
}

DenseMatrix gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb,
                 bool symmetric, int threads) {
  const int64_t n = a.rows();
  const int64_t dim_a = ta.dim(a.dim());
  const int64_t dim_b = tb.dim(b.dim());
  const int64_t panels_a = panel_count(dim_a);
  const int64_t panels_b = panel_count(dim_b);
  const int64_t ld = panels_b * kPanel;
  AlignedBuffer<double> sum(panels_a * kPanel * ld);
  std::fill_n(sum.data(), sum.size(), 0.0);
  const int64_t block_rows = std::min(n, kRowBlock);
  AlignedBuffer<double> left(panels_a * kPanel * block_rows);
  AlignedBuffer<double> right(symmetric ? 0 : panels_b * kPanel * block_rows);
  const int64_t pieces_a = (panels_a + kPiece - 1) / kPiece;
  const int64_t pieces_b = (panels_b + kPiece - 1) / kPiece;
  for (int64_t begin = 0; begin < n; begin += kRowBlock) {
    const int64_t depth = std::min(n - begin, kRowBlock);
    pack_columns(a, ta, begin, begin + depth, left, threads);
    if (!symmetric) pack_columns(b, tb, begin, begin + depth, right, threads);
    const double* columns = symmetric ? left.data() : right.data();
    parallel_for(threads, pieces_a * pieces_b, [&](int64_t piece, int) {
      const int64_t p = piece / pieces_b * kPiece;
      const int64_t q = piece % pieces_b * kPiece;
      if (symmetric && q < p) return;
      const Operand<double> rows{left.data() + p * depth * kPanel, std::min(kPiece, panels_a - p)};
      const Operand<double> cols{columns + q * depth * kPanel, std::min(kPiece, panels_b - q)};
      isa_table().product_f64(rows, cols, depth, sum.data() + p * kPanel * ld + q * kPanel, ld, {.accumulate = true});
    });
  }
  DenseMatrix result(dim_a, dim_b);
  for (int64_t i = 0; i < dim_a; ++i) {
    for (int64_t j = 0; j < dim_b; ++j) {
      result(i, j) = symmetric && j < i ? result(j, i) : sum.data()[i * ld + j];
    }
  }
  return result;
}

std::vector<double> pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                 const RowTransform& tb, std::span<const Pair> pairs, int threads) {
  return on_host::canonical_cosines(a, ta, b, tb, pairs, canonical_dots(), threads);
}

on_host::CanonicalDots canonical_dots() {
  const IsaTable& isa = isa_table();
  return {isa.dot, isa.dot_f32, isa.quick_f32};
}

}  // namespace gramian::cpu
