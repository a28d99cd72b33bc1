#pragma once
// Rows of integers: int16, or int8 parts; see panels.hpp for where they lie.

#include <cstdint>
#include <vector>

namespace gramian::cpu {

/// A row after rounding: it is scaled to length 1 again, so that rounding turns it but does not stretch it.
struct IntegerRow {
  float scale = 0.0f;    // of its products with another row's, to be multiplied by both
  double turned = 0.0;   // ‖row - rounded row‖, both of length 1
  double largest = 0.0;  // entry of the unit row
  double middle = 0.0;   // three int8: length of the middle parts, relative
  double low = 0.0;      // int8: length of the last parts, relative
};

/// Writes a unit row; the next pair of entries stands 2 kPanel values on.
IntegerRow pack_row_i16(const std::vector<double>& row, int16_t* out);

/// The largest entry as an integer of 2 or 3 `parts`.
double int8_largest(int parts);
/// Bytes of a panel of kPanel rows, `depth` blocks of kInt8Columns columns deep.
int64_t int8_panel_bytes(int parts, int64_t depth);
/// Writes a unit row into row `index` of the panels at `panels`, which held zeros.
IntegerRow pack_row_i8(const std::vector<double>& row, int parts, int8_t* panels, int64_t index);

}  // namespace gramian::cpu
