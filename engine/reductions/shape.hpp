#pragma once
// A reduction has to know this about the cosines that it will meet.

#include <algorithm>
#include <cstdint>

#include "engine/cosines/cosine_type.hpp"

namespace gramian {

/// The cosines of one sweep: of all pairs i < j of one set of rows (a triangle, rows == columns), or of every row of
/// one set with every row of another (a rectangle).
struct SweepShape {
  int64_t rows = 0;
  int64_t columns = 0;
  bool triangle = true;
  CosineType type = CosineType::f32;
};

/// Which rows a reduction lists findings of, in a rectangle: those of the first set or those of the second. A triangle
/// has one set, whose rows are `rows`; each of them meets all others.
enum class Axis : uint8_t { rows, columns };

constexpr int64_t rows_of(const SweepShape& shape, Axis axis) {
  return axis == Axis::rows ? shape.rows : shape.columns;
}

/// How many others each of those rows meets.
constexpr int64_t others_of(const SweepShape& shape, Axis axis) {
  if (shape.triangle) return std::max<int64_t>(shape.rows - 1, 0);
  return axis == Axis::rows ? shape.columns : shape.rows;
}

/// Throws InvalidUsage for the columns of a triangle.
void check_axis(const SweepShape& shape, Axis axis);

}  // namespace gramian
