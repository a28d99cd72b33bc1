#include "kernels/cpu/rows/unit_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/narrow.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/rows/error_bounds.hpp"

namespace gramian::cpu {
namespace {

constexpr double kLargestInt16 = 32767.0;
/// Length of a link's entries, so that no sum of products within it leaves 31 bits (Cauchy, Schwarz).
constexpr double kLinkLength = 46340.0;
/// 256 hi + lo, hi from -127 to 127, lo from -128 to 127: sums of 1,024 products stay far from the ends of int32.
/// A row of entries of one size has no low parts at all.
constexpr double kTwoInt8 = 127.0 * 256.0;
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

/// A row after rounding: it is scaled to length 1 again, so that rounding turns it but does not stretch it.
struct IntegerRow {
  float scale = 0.0f;
  double turned = 0.0;   // ‖row - rounded row‖, both of length 1
  double largest = 0.0;  // entry of the unit row
  double low = 0.0;      // two int8: length of the low parts, relative
};

/// ‖row - rounded/√square‖, where `rounded` gives entry k.
template <class Rounded>
double turned_by(const std::vector<double>& row, double square, Rounded rounded) {
  const double scale = 1.0 / std::sqrt(square);
  double sum = 0.0;
  for (size_t k = 0; k < row.size(); ++k) {
    const double off = row[k] - rounded(k) * scale;
    sum += off * off;
  }
  return std::sqrt(sum) * (1.0 + 1e-9) + 1e-15;
}

/// What entries are multiplied by before they are rounded: as much as their largest and every link's length allow.
double fixed_point_factor(const std::vector<double>& row) {
  constexpr int64_t kTerms = 2 * kFixedLink;
  double largest = 0.0;
  double longest = 0.0;
  for (int64_t begin = 0; begin < std::ssize(row); begin += kTerms) {
    double square = 0.0;
    for (int64_t k = begin; k < std::min(std::ssize(row), begin + kTerms); ++k) {
      const double x = std::abs(row[static_cast<size_t>(k)]);
      largest = std::max(largest, x);
      square += x * x;
    }
    longest = std::max(longest, square);
  }
  // Rounding makes a link longer by half a unit an entry at most; the last factor is for what fp64 rounds here.
  const double link = kLinkLength - 0.5 * std::sqrt(static_cast<double>(kTerms));
  const double most = std::min(kLargestInt16 / largest, link / std::sqrt(longest)) * (1.0 - 1e-9);
  // A row that a power of two makes whole numbers of loses nothing, not even in the fp32 scale.
  const double power = std::exp2(std::floor(std::log2(most)));
  const bool whole = std::ranges::all_of(row, [&](double x) { return std::nearbyint(x * power) == x * power; });
  return whole ? power : most;
}

IntegerRow pack_row_i16(const std::vector<double>& row, int16_t* out) {
  const double factor = fixed_point_factor(row);
  const auto rounded = [&](size_t k) { return std::nearbyint(row[k] * factor); };
  double square = 0.0;
  for (int64_t k = 0; k < std::ssize(row); ++k) {
    const double q = rounded(static_cast<size_t>(k));
    square += q * q;
    out[(k / 2 * kPanel) * 2 + k % 2] = static_cast<int16_t>(q);
  }
  IntegerRow result;
  result.scale = static_cast<float>(1.0 / std::sqrt(square));
  result.turned = turned_by(row, square, rounded);
  return result;
}

/// As two int8 a value, the largest entry rounded to kTwoInt8.
IntegerRow pack_row_i8(const std::vector<double>& row, int8_t* panel, int64_t r) {
  constexpr int64_t kPlane = kInt8BlockBytes / 4;
  IntegerRow result;
  for (const double x : row) result.largest = std::max(result.largest, std::abs(x));
  const auto rounded = [&](size_t k) { return std::nearbyint(row[k] * (kTwoInt8 / result.largest)); };
  double square = 0.0;
  double low_square = 0.0;
  for (int64_t k = 0; k < std::ssize(row); ++k) {
    const double q = rounded(static_cast<size_t>(k));
    const double high = std::floor((q + 128.0) / 256.0);
    const double low = q - 256.0 * high;
    square += q * q;
    low_square += low * low;
    int8_t* const tile = panel + k / kInt8Columns * kInt8BlockBytes + r / 16 * 1024;
    const int64_t column = k % kInt8Columns;
    const int64_t as_row = r % 16 * 64 + column;
    const int64_t as_column = 2 * kPlane + column / 4 * 64 + r % 16 * 4 + column % 4;
    tile[as_row] = tile[as_column] = static_cast<int8_t>(high);
    tile[kPlane + as_row] = tile[kPlane + as_column] = static_cast<int8_t>(low);
  }
  result.scale = static_cast<float>(1.0 / std::sqrt(square));
  result.turned = turned_by(row, square, rounded);
  result.low = std::sqrt(low_square / square);
  return result;
}

int64_t depth_of(Form form, int64_t dim) {
  if (form == Form::i16) return (dim + 1) / 2;
  if (form == Form::i8) return (dim + kInt8Columns - 1) / kInt8Columns;
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
    case Form::i8:
      break;
  }
  return depth * kInt8BlockBytes;
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
    case Form::i8:
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
    case Form::i8:
      return std::string("two int8 a value, exact int32 sums of ") + (whole ? "four" : "three") + " products";
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
  double turned = 0.0;
  double largest = 0.0;
  double low = 0.0;

  void note(const IntegerRow& row) {
    turned = std::max(turned, row.turned);
    largest = std::max(largest, row.largest);
    low = std::max(low, row.low);
  }
  void note(const Worst& other) {
    turned = std::max(turned, other.turned);
    largest = std::max(largest, other.largest);
    low = std::max(low, other.low);
  }
};

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
    case Form::i8:
      packed.scale.data()[index] = 0.0f;
      if (!padding) note(pack_row_i8(row, packed.i8.data() + panel * depth * kInt8BlockBytes, lane));
      return;
  }
}

}  // namespace

std::unique_ptr<CpuUnitRows> pack_unit_rows(const DeviceRows& rows, const RowTransform& unit, Form form,
                                            const CpuUnitRows* partner, int threads) {
  const int64_t n = rows.rows();
  const int64_t d = unit.dim(rows.dim());
  auto packed = std::make_unique<CpuUnitRows>(form, n, d);
  const int64_t depth = packed->depth();
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
    if (form == Form::i8) std::fill_n(packed->i8.data() + panel * depth * kInt8BlockBytes, depth * kInt8BlockBytes, 0);
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
  // Rounding turns either row by at most sqrt(d)/2 units of its last place; the products of low parts are at most
  // those of their lengths (Cauchy, Schwarz).
  Worst all;
  for (const Worst& mine : worst) all.note(mine);
  packed->whole = std::sqrt(static_cast<double>(d)) * all.largest / kTwoInt8 + all.low * all.low > kFixedPointShare;
  const ErrorBound bound(form, d, all.turned, packed->whole ? 0.0 : all.low);
  for (const Worst& panel : worst) packed->shares.push_back(bound.share(panel.turned));
  packed->proven = 2.0 * bound.share(all.turned);
  return packed;
}

}  // namespace gramian::cpu
