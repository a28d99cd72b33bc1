#include "engine/backend.hpp"

#include <algorithm>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "engine/softmax_ranking.hpp"

namespace gramian {
namespace {

std::string shape_in_words(const DenseMatrix& matrix) {
  return std::to_string(matrix.rows) + " x " + std::to_string(matrix.cols);
}

void check_transform(const DeviceRows& rows, const RowTransform& transform) {
  const int64_t d = rows.dim();
  const auto fits = [](const std::vector<double>& values, int64_t width) {
    return values.empty() || std::ssize(values) == width;
  };
  if (!fits(transform.shift, d) || (transform.directions.rows > 0 && transform.directions.cols != d) ||
      (transform.maps() && transform.map.cols != d) || !fits(transform.recenter, transform.dim(d))) {
    throw InvalidUsage("a transform of other dimensions than the " + std::to_string(d) + " of the rows");
  }
}

void check_same_rows(const DeviceRows& a, const DeviceRows& b, const char* what) {
  if (a.rows() != b.rows()) throw InvalidUsage(std::string(what) + " equal numbers of rows on both sides");
}

/// The part of a transform that a cosine needs.
RowTransform unit_of(const RowTransform& transform) {
  RowTransform unit = transform;
  unit.unit = true;
  unit.recenter.clear();
  return unit;
}

void check_pairs(const DeviceRows& a, const DeviceRows& b, std::span<const Pair> pairs) {
  const auto in = [&](const Pair& pair) {
    return pair.i >= 0 && pair.i < a.rows() && pair.j >= 0 && pair.j < b.rows();
  };
  if (!std::ranges::all_of(pairs, in)) throw InvalidUsage("a pair of rows that are not there");
}

void check_terms(const Resample& terms, int64_t rows_a, int64_t rows_b) {
  const int64_t count = terms.left.empty() ? rows_a : std::ssize(terms.left);
  const auto in = [](const std::vector<int64_t>& index, int64_t rows) {
    return std::ranges::all_of(index, [rows](int64_t row) { return row >= 0 && row < rows; });
  };
  if (!in(terms.left, rows_a) || !in(terms.right.empty() ? terms.left : terms.right, rows_b) ||
      (!terms.right.empty() && std::ssize(terms.right) != count) ||
      (!terms.weights.empty() && std::ssize(terms.weights) != count)) {
    throw InvalidUsage("resampled rows that are not there");
  }
}

void check_side(const ResampledSide& side) {
  check_transform(*side.rows, *side.transform);
  if (side.appended != nullptr && side.appended->cols > 0 && side.appended->rows != side.rows->rows()) {
    throw InvalidUsage("appended columns need as many rows as the matrix has");
  }
}

}  // namespace

std::unique_ptr<DeviceRows> Backend::upload(const MatrixView& view, std::span<const int64_t> rows) {
  for (const int64_t row : rows) {
    if (row < 0 || row >= view.rows) throw InvalidUsage("row " + std::to_string(row) + " is not in the matrix");
  }
  return do_upload(view, rows);
}

std::vector<double> Backend::norms(const DeviceRows& rows, const RowTransform& transform) {
  check_transform(rows, transform);
  return do_norms(rows, transform);
}

std::vector<double> Backend::column_sums(const DeviceRows& rows, const RowTransform& transform) {
  check_transform(rows, transform);
  return do_column_sums(rows, transform);
}

DenseMatrix Backend::gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb) {
  check_same_rows(a, b, "a Gram product needs");
  check_transform(a, ta);
  check_transform(b, tb);
  return do_gram(a, ta, b, tb);
}

RowForms Backend::row_forms(const DeviceRows& a, const RowTransform& ta, const DenseMatrix& m, const DeviceRows& b,
                            const RowTransform& tb) {
  check_same_rows(a, b, "row-wise forms need");
  check_transform(a, ta);
  check_transform(b, tb);
  if (!m.values.empty() && (m.rows != ta.dim(a.dim()) || m.cols != tb.dim(b.dim()))) {
    throw InvalidUsage("row-wise forms of " + std::to_string(ta.dim(a.dim())) + " and " +
                       std::to_string(tb.dim(b.dim())) + " dimensions with a matrix of " + shape_in_words(m));
  }
  return do_row_forms(a, ta, m, b, tb);
}

void Backend::resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision,
                              const Resampling& resampling, const Progress& progress) {
  check_same_rows(*a.rows, *b.rows, "a resampled product needs");
  check_side(a);
  check_side(b);
  Resampling checked = resampling;
  checked.draw = [&](int64_t replicate, Resample& terms) {
    resampling.draw(replicate, terms);
    check_terms(terms, a.rows->rows(), b.rows->rows());
  };
  do_resampled_grams(a, b, precision, checked, progress);
}

DenseMatrix Backend::triangular_factor(const DeviceRows& rows, const RowTransform& transform) {
  check_transform(rows, transform);
  return do_triangular_factor(rows, transform);
}

Eigen Backend::eigh(const DenseMatrix& symmetric) {
  if (symmetric.rows != symmetric.cols) {
    throw InvalidUsage("the eigenvalues of a matrix of " + shape_in_words(symmetric) + ", which is not square");
  }
  return do_eigh(symmetric);
}

Svd Backend::svd(const DenseMatrix& matrix) { return do_svd(matrix); }

std::vector<double> Backend::pair_cosines(const DeviceRows& rows, const RowTransform& transform,
                                          std::span<const Pair> pairs) {
  check_transform(rows, transform);
  check_pairs(rows, rows, pairs);
  const RowTransform unit = unit_of(transform);
  return do_pair_cosines(rows, unit, rows, unit, pairs);
}

std::vector<double> Backend::pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                          const RowTransform& tb, std::span<const Pair> pairs) {
  check_transform(a, ta);
  check_transform(b, tb);
  check_pairs(a, b, pairs);
  if (ta.dim(a.dim()) != tb.dim(b.dim())) throw InvalidUsage("cosines need rows of equal dimensions");
  return do_pair_cosines(a, unit_of(ta), b, unit_of(tb), pairs);
}

std::unique_ptr<PairCosines> Backend::kept_pair_cosines(const DeviceRows& rows, const RowTransform& transform) {
  check_transform(rows, transform);
  return do_kept_pair_cosines(rows, unit_of(transform));
}

std::unique_ptr<CosineCorrections> Backend::corrections(const UnitRows& unit, const DeviceRows& rows,
                                                        const RowTransform& transform) {
  check_transform(rows, transform);
  return do_corrections(unit, rows, unit_of(transform));
}

std::unique_ptr<CosineCorrections> Backend::do_corrections(const UnitRows&, const DeviceRows&, const RowTransform&) {
  return nullptr;
}

std::vector<SoftmaxProducts> Backend::softmax_products(const DeviceRows& rows, const RowTransform& transform,
                                                       const DenseMatrix& queries, int64_t k, double temperature,
                                                       const Progress& progress) {
  check_transform(rows, transform);
  check_softmax(rows.rows(), transform.dim(rows.dim()), queries, k, temperature);
  return do_softmax_products(rows, transform, queries, k, temperature, progress);
}

std::unique_ptr<UnitRows> Backend::prepare(const DeviceRows& rows, const RowTransform& transform, Precision precision,
                                           const UnitRows* partner) {
  check_transform(rows, transform);
  if (partner != nullptr && partner->dim() != transform.dim(rows.dim())) {
    throw InvalidUsage("rows of " + std::to_string(transform.dim(rows.dim())) + " dimensions cannot be compared with " +
                       "rows of " + std::to_string(partner->dim()));
  }
  RowTransform unit = transform;
  unit.unit = true;
  return do_prepare(rows, unit, precision, partner);
}

TileGrid Backend::grid(const UnitRows& rows) { return TileGrid::triangle(rows.rows(), do_tiling(rows, rows).edge); }

TileGrid Backend::grid(const UnitRows& a, const UnitRows& b) {
  return TileGrid::rectangle(a.rows(), b.rows(), do_tiling(a, b).edge);
}

void Backend::check_tiles(const UnitRows& a, const UnitRows& b, const TileGrid& grid, TileRange range) {
  const int64_t unit = do_tiling(a, b).unit;
  if (grid.edge() % unit != 0) throw InvalidUsage("the tile edge must be a multiple of " + std::to_string(unit));
  if (grid.rows() != a.rows() || grid.columns() != b.rows() || range.begin < 0 || range.end > grid.size() ||
      range.begin > range.end) {
    throw InvalidUsage("the tiles to sweep are not tiles of this matrix");
  }
}

SweepState Backend::sweep(const UnitRows& rows, const SweepRequest& request, const TileGrid& grid, TileRange range,
                          const Progress& progress) {
  if (!grid.is_triangle()) throw InvalidUsage("a sweep over one set of rows goes over a triangle");
  return sweep(rows, rows, request, grid, range, progress);
}

SweepState Backend::sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const TileGrid& grid,
                          TileRange range, const Progress& progress) {
  if (grid.is_triangle() && &a != &b) throw InvalidUsage("a sweep over two sets of rows goes over a rectangle");
  if (!a.meets(b)) throw InvalidUsage("rows to be swept together must have been prepared for each other");
  check_tiles(a, b, grid, range);
  const SweepShape shape = shape_of(grid, a.cosine_type());
  for (const Reduction& reduction : request) {
    std::visit([&](const auto& wanted) { wanted.check(shape); }, reduction);
  }
  const NormalRequest normal(request);
  SweepState state = nothing(normal.request, shape);
  for (int64_t tile = range.begin; tile < range.end; ++tile) state.pairs += pairs_in(grid.at(tile));
  do_sweep(a, b, normal.request, grid, range, state, progress);
  return normal.answer(std::move(state), request);
}

SweepState Backend::sweep(const UnitRows& rows, const SweepRequest& request, const Progress& progress) {
  const TileGrid all = grid(rows);
  return sweep(rows, request, all, {0, all.size()}, progress);
}

SweepState Backend::sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const Progress& progress) {
  const TileGrid all = grid(a, b);
  return sweep(a, b, request, all, {0, all.size()}, progress);
}

RankSums Backend::rank_product(const RankSide& a, const RankSide& b, std::span<const int32_t> values_b,
                               const TileGrid& grid, TileRange range, const Progress& progress) {
  if (a.rows.rows() != b.rows.rows() || !grid.is_triangle()) {
    throw InvalidUsage("a rank product needs the same rows on both sides");
  }
  if (std::ssize(values_b) != b.bins.bins()) throw InvalidUsage("a rank product needs a value for every bin");
  check_tiles(a.rows, a.rows, grid, range);
  check_tiles(b.rows, b.rows, grid, range);
  return do_rank_product(a, b, values_b, grid, range, progress);
}

CsrBand Backend::threshold_band(const UnitRows& rows, double threshold, int64_t begin, int64_t end) {
  if (begin < 0 || end > rows.rows() || begin > end) throw InvalidUsage("the band is not a band of this matrix");
  narrow<int32_t>(rows.rows());
  return do_threshold_band(rows, threshold, begin, end);
}

BareSeconds Backend::bare_triangle_seconds(const UnitRows& rows, const Progress& progress) {
  return do_bare_triangle_seconds(rows, progress);
}

}  // namespace gramian
