#include "kernels/cpu/rows/unit_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/narrow.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/rows/error_bounds.hpp"
#include "kernels/cpu/rows/fixed_point.hpp"

namespace gramian::cpu {
namespace {

/// The share of the promised 5e-4 that fixed point may cost a cosine.
constexpr double kFixedPointShare = 4.5e-4;

/// Columns in the order in which products are summed: smallest largest entry first, so that the partial sums stay small
/// until the last terms and an outlier dimension costs no precision. Depends on the set of rows, not on their order.
std::vector<int64_t> summation_order(const DeviceRows& rows, const RowTransform& transform, int threads) {
  const int64_t d = transform.dim(rows.dim());
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

int64_t depth_of(Form form, int64_t dim) {
  if (form == Form::i16) return (dim + 1) / 2;
  if (int8_parts(form) > 0) return (dim + kInt8Columns - 1) / kInt8Columns;
  return dim;
}

/// Bytes of a panel of kPanel rows.
int64_t panel_bytes(Form form, int64_t dim) {
  const int64_t depth = depth_of(form, dim);
  switch (form) {
    case Form::f32:
      return depth * kPanel * 4;
    case Form::f64:
      return depth * kPanel * 8;
    case Form::i16:
      return depth * kPanel * 4;
    case Form::two_i8:
    case Form::three_i8:
      break;
  }
  return int8_panel_bytes(int8_parts(form), depth);
}

}  // namespace

CpuUnitRows::CpuUnitRows(Form form, int64_t rows, int64_t dim)
    : form_(form), rows_(rows), dim_(dim), depth_(depth_of(form, dim)) {
  const int64_t padded = panel_count(rows) * kPanel;
  const int64_t size = checked_product(panel_count(rows), panel_bytes(form, dim), "unit rows");
  switch (form) {
    case Form::f32:
      f32 = AlignedBuffer<float>(size / 4);
      break;
    case Form::f64:
      f64 = AlignedBuffer<double>(size / 8);
      break;
    case Form::i16:
      i16 = AlignedBuffer<int16_t>(size / 2);
      scale = AlignedBuffer<float>(padded);
      break;
    case Form::two_i8:
    case Form::three_i8:
      i8 = AlignedBuffer<int8_t>(size);
      scale = AlignedBuffer<float>(padded);
      break;
  }
}

int64_t CpuUnitRows::bytes(Form form, int64_t rows, int64_t dim) {
  return checked_product(panel_count(rows), panel_bytes(form, dim) + kPanel * 4, "unit rows");
}

std::string CpuUnitRows::form() const {
  switch (form_) {
    case Form::f32:
      return "fp32 FMA in chains of " + std::to_string(kLink);
    case Form::f64:
      return "fp64";
    case Form::i16:
      return "int16 fixed point, exact int32 sums of " + std::to_string(2 * kFixedLink) + " products";
    case Form::two_i8:
      return std::string("two int8 a value, exact int32 sums of ") + (sums == 3 ? "four" : "three") + " products";
    case Form::three_i8:
      return std::string("three int8 a value, exact int32 sums of ") + (sums == 4 ? "eight" : "six") + " products";
  }
  return {};
}

double CpuUnitRows::share(int64_t begin, int64_t end) const {
  if (begin >= end) return 0.0;
  return *std::max_element(shares.begin() + begin / kPanel, shares.begin() + panel_count(end));
}

bool CpuUnitRows::meets(const UnitRows& other) const {
  const auto* const rows = dynamic_cast<const CpuUnitRows*>(&other);
  return rows != nullptr && rows->dim_ == dim_ && rows->form_ == form_ && rows->order == order;
}

const CpuUnitRows& as_cpu(const UnitRows& rows) { return dynamic_cast<const CpuUnitRows&>(rows); }

namespace {

/// The largest of what fixed point takes away from a row, over the rows of one thread.
struct Worst {
  IntegerRow row;

  void note(const IntegerRow& other) {
    row.turned = std::max(row.turned, other.turned);
    row.largest = std::max(row.largest, other.largest);
    row.middle = std::max(row.middle, other.middle);
    row.low = std::max(row.low, other.low);
  }
};

/// What may be lost of a cosine where products of parts are left out (Cauchy, Schwarz): m l' + l m' + l l' is at most
/// half the sum of m² / w + w l² + l² over both rows, whatever w is, and least where it is m / l.
double left_out(Form form, const IntegerRow& row, int sums) {
  constexpr double kPartsApart = 256.0;
  const double low = row.low * row.low;
  if (form == Form::two_i8) return sums == 3 ? 0.0 : low;
  if (form == Form::three_i8) return sums == 4 ? low : row.middle * row.middle / kPartsApart + kPartsApart * low + low;
  return 0.0;
}

/// Writes row `index` into its lane of its panel. `padding`: the row lies beyond the last one and is all zeros.
void pack_into(CpuUnitRows& packed, int64_t index, const std::vector<double>& row, bool padding, Worst& worst) {
  const int64_t depth = packed.depth();
  const int64_t panel = index / kPanel;
  const int64_t lane = index % kPanel;
  const auto note = [&](const IntegerRow& done) {
    packed.scale.data()[index] = done.scale;
    worst.note(done);
  };
  switch (packed.kind()) {
    case Form::f32:
      pack_row(row, packed.order, packed.f32.data() + panel * depth * kPanel + lane);
      return;
    case Form::f64:
      pack_row(row, packed.order, packed.f64.data() + panel * depth * kPanel + lane);
      return;
    case Form::i16: {
      int16_t* out = packed.i16.data() + (panel * depth * kPanel + lane) * 2;
      if (std::ssize(row) % 2 == 1) out[(depth - 1) * kPanel * 2 + 1] = 0;
      if (!padding) {
        note(pack_row_i16(row, out));
        return;
      }
      packed.scale.data()[index] = 0.0f;
      for (int64_t k = 0; k < depth; ++k) out[k * kPanel * 2] = out[k * kPanel * 2 + 1] = 0;
      return;
    }
    case Form::two_i8:
    case Form::three_i8:
      packed.scale.data()[index] = 0.0f;
      if (!padding) note(pack_row_i8(row, int8_parts(packed.kind()), packed.i8.data(), index));
      return;
  }
}

ErrorBound bound_of(Form form, int64_t dim, const IntegerRow& worst, int sums) {
  return {form, dim, worst.turned, left_out(form, worst, sums), worst.middle + worst.low};
}

/// Products of parts are left out where their precision does without.
int sums_for(Form form, int64_t dim, const IntegerRow& worst) {
  const int parts = int8_parts(form);
  if (parts == 2) {
    // Rounding turns either row by at most sqrt(d)/2 units of its last place.
    const double turned = std::sqrt(static_cast<double>(dim)) * worst.largest / int8_largest(parts);
    return turned + left_out(form, worst, 2) <= kFixedPointShare ? 2 : 3;
  }
  if (parts == 3) {
    return 2.0 * bound_of(form, dim, worst, 3).share(worst.turned) <= proven_of_f32(dim) ? 3 : 4;
  }
  return 0;
}

}  // namespace

double proven_of_f32(int64_t dim) { return 2.0 * ErrorBound(Form::f32, dim, 0.0, 0.0, 0.0).share(0.0); }

std::unique_ptr<CpuUnitRows> pack_unit_rows(const DeviceRows& rows, const RowTransform& unit, Form form,
                                            const CpuUnitRows* partner, int threads) {
  const int64_t n = rows.rows();
  const int64_t d = unit.dim(rows.dim());
  auto packed = std::make_unique<CpuUnitRows>(form, n, d);
  std::vector<int64_t>& order = packed->order;
  if (partner != nullptr) {
    order = partner->order;
  } else if (form == Form::f32) {
    order = summation_order(rows, unit, threads);
  } else {
    order.resize(static_cast<size_t>(d));
    std::iota(order.begin(), order.end(), 0);
  }
  std::vector<Worst> worst(static_cast<size_t>(packed->panels()));
  parallel_for(threads, packed->panels(), [&](int64_t panel, int) {
    std::vector<double> row(static_cast<size_t>(d));
    if (const int parts = int8_parts(form); parts > 0) {
      const int64_t bytes = int8_panel_bytes(parts, packed->depth());
      std::fill_n(packed->i8.data() + panel * bytes, bytes, int8_t{0});
    }
    for (int64_t index = panel * kPanel; index < (panel + 1) * kPanel; ++index) {
      const bool padding = index >= n;
      if (padding) {
        std::ranges::fill(row, 0.0);
      } else {
        transformed_row(rows, index, unit, row.data());
      }
      pack_into(*packed, index, row, padding, worst[static_cast<size_t>(panel)]);
    }
  });
  Worst all;
  for (const Worst& mine : worst) all.note(mine.row);
  packed->sums = sums_for(form, d, all.row);
  const ErrorBound bound = bound_of(form, d, all.row, packed->sums);
  for (const Worst& panel : worst) packed->shares.push_back(bound.share(panel.row.turned));
  packed->proven = 2.0 * bound.share(all.row.turned);
  return packed;
}

}  // namespace gramian::cpu
