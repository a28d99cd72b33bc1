#include "kernels/cpu/unit_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/narrow.hpp"
#include "kernels/cpu/threads.hpp"

namespace gramian::cpu {
namespace {

constexpr double kFixedPoint = 32767.0;

/// Columns in the order in which products are summed: smallest largest entry first, so that the partial sums stay small
/// until the last terms and an outlier dimension costs no precision. Depends on the set of rows, not on their order.
std::vector<int64_t> summation_order(const CpuRows& rows, const RowTransform& transform, int threads) {
  const int64_t d = rows.dim();
  constexpr int64_t kBlock = 256;
  const int64_t blocks = (rows.rows() + kBlock - 1) / kBlock;
  std::vector<std::vector<double>> largest(static_cast<size_t>(threads), std::vector<double>(static_cast<size_t>(d)));
  parallel_for(threads, blocks, [&](int64_t block, int worker) {
    std::vector<double> row(static_cast<size_t>(d));
    std::vector<double>& mine = largest[static_cast<size_t>(worker)];
    for (int64_t r = block * kBlock; r < std::min(rows.rows(), (block + 1) * kBlock); ++r) {
      transformed_row(rows, r, transform, row.data());
      for (size_t k = 0; k < row.size(); ++k) mine[k] = std::max(mine[k], std::abs(row[k]));
    }
  });
  for (const std::vector<double>& other : largest) {
    for (size_t k = 0; k < other.size(); ++k) largest[0][k] = std::max(largest[0][k], other[k]);
  }
  std::vector<int64_t> order(static_cast<size_t>(d));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int64_t k) { return largest[0][static_cast<size_t>(k)]; });
  return order;
}

template <class T>
void pack_row(const std::vector<double>& row, const std::vector<int64_t>& order, T* out) {
  for (int64_t k = 0; k < std::ssize(order); ++k) {
    out[k * kPanel] = static_cast<T>(row[static_cast<size_t>(order[static_cast<size_t>(k)])]);
  }
}

/// Rounds to int16 and returns the factor that makes the rounded row's length 1 again, so that rounding turns a row
/// but does not stretch it.
float pack_row_i16(const std::vector<double>& row, const std::vector<int64_t>& order, int16_t* out) {
  double square = 0.0;
  for (int64_t k = 0; k < std::ssize(order); ++k) {
    const double q = std::nearbyint(row[static_cast<size_t>(order[static_cast<size_t>(k)])] * kFixedPoint);
    square += q * q;
    out[(k / 2 * kPanel) * 2 + k % 2] = static_cast<int16_t>(q);
  }
  return static_cast<float>(1.0 / std::sqrt(square));
}

}  // namespace

CpuUnitRows::CpuUnitRows(Form form, int64_t rows, int64_t dim)
    : form_(form), rows_(rows), dim_(dim), depth_(form == Form::i16 ? (dim + 1) / 2 : dim) {
  const int64_t padded = panel_count(rows) * kPanel;
  const int64_t size = checked_product(padded, depth_ * (form == Form::i16 ? 2 : 1), "unit rows");
  switch (form) {
    case Form::f32:
      f32 = AlignedBuffer<float>(size);
      break;
    case Form::f64:
      f64 = AlignedBuffer<double>(size);
      break;
    case Form::i16:
      i16 = AlignedBuffer<int16_t>(size);
      scale = AlignedBuffer<float>(padded);
      break;
  }
}

int64_t CpuUnitRows::bytes(Form form, int64_t rows, int64_t dim) {
  const int64_t element = form == Form::f64 ? 8 : form == Form::f32 ? 4 : 2;
  return checked_product(panel_count(rows) * kPanel, (dim + 1) * element, "unit rows");
}

std::string CpuUnitRows::form() const {
  switch (form_) {
    case Form::f32:
      return "fp32 FMA in chains of " + std::to_string(kLink);
    case Form::f64:
      return "fp64";
    case Form::i16:
      return "int16 fixed point, exact int32 sums";
  }
  return {};
}

const CpuUnitRows& as_cpu(const UnitRows& rows) { return dynamic_cast<const CpuUnitRows&>(rows); }

std::unique_ptr<CpuUnitRows> pack_unit_rows(const CpuRows& rows, const RowTransform& transform, Form form,
                                            int threads) {
  RowTransform unit = transform;
  unit.unit = true;
  const int64_t n = rows.rows();
  const int64_t d = rows.dim();
  auto packed = std::make_unique<CpuUnitRows>(form, n, d);
  const int64_t depth = packed->depth();
  std::vector<int64_t> order(static_cast<size_t>(d));
  std::iota(order.begin(), order.end(), 0);
  if (form == Form::f32) order = summation_order(rows, unit, threads);
  parallel_for(threads, packed->panels(), [&](int64_t panel, int) {
    std::vector<double> row(static_cast<size_t>(d));
    for (int64_t r = 0; r < kPanel; ++r) {
      const int64_t index = panel * kPanel + r;
      if (index < n) {
        transformed_row(rows, index, unit, row.data());
      } else {
        std::ranges::fill(row, 0.0);
      }
      switch (form) {
        case Form::f32:
          pack_row(row, order, packed->f32.data() + panel * depth * kPanel + r);
          break;
        case Form::f64:
          pack_row(row, order, packed->f64.data() + panel * depth * kPanel + r);
          break;
        case Form::i16: {
          int16_t* out = packed->i16.data() + (panel * depth * kPanel + r) * 2;
          if (d % 2 == 1) out[(depth - 1) * kPanel * 2 + 1] = 0;
          packed->scale.data()[index] = index < n ? pack_row_i16(row, order, out) : 0.0f;
          if (index >= n) {
            for (int64_t k = 0; k < depth; ++k) out[k * kPanel * 2] = out[k * kPanel * 2 + 1] = 0;
          }
          break;
        }
      }
    }
  });
  return packed;
}

}  // namespace gramian::cpu
