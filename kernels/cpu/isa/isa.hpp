#pragma once
// The inner loops, compiled once for every instruction set and chosen at run time. Plain pointers only: nothing in
// these translation units may be shared with code for another instruction set.

#include <cstdint>

namespace gramian::cpu {

/// Where a histogram's values go. `edges` has bins + 1 entries; counts are 4 interleaved copies of bins + 2 slots
/// (slot 0: below, bins + 1: above), each copy starting `copy_stride` after the one before.
struct HistogramLoop {
  double lo = 0.0;
  double hi = 0.0;
  int64_t bins = 0;
  const double* edges = nullptr;
  uint32_t* counts = nullptr;
  int64_t copy_stride = 0;
};

/// Values in [lo, hi] are copied to `kept`, which has room for one more segment and 16 values at every call.
template <class T>
struct BracketLoop {
  T lo{};
  T hi{};
  uint64_t below = 0;  // raised by the count of values below lo
  T* kept = nullptr;   // next free slot; advanced
};

/// Counts on the grid of engine/cosines/fine_grid.hpp. Some slots are wanted: values in them are copied to `kept`,
/// and their positions in the segment to `at` unless it is null; either has room for one more segment and 16 at every
/// call. The wanted slots are given twice, since one
/// instruction set likes flags and the other ranges: as the top bit of their counts, and as ranges [first, first +
/// span], each number repeated 32 times.
template <class T>
struct FineLoop {
  uint32_t* counts = nullptr;
  int64_t ranges = 0;
  const uint16_t* first = nullptr;
  const uint16_t* span = nullptr;
  T* kept = nullptr;  // next free slot; advanced
  uint32_t* at = nullptr;
  T min{};  // lowered
  T max{};  // raised
};

/// Some closed intervals. Values below each are counted; positions of those within any are listed, ascending, in `at`,
/// which has room for a segment and 16 more. `within` is room for a mask of 16 bits for every 8 or 16 values.
template <class T>
struct IntervalLoop {
  int64_t intervals = 0;
  const T* lo = nullptr;
  const T* hi = nullptr;
  uint64_t* below = nullptr;  // an interval; raised
  uint16_t* within = nullptr;
  uint32_t* at = nullptr;
  int64_t listed = 0;
};

/// Positions in a segment whose value reaches the row's threshold, or that of their own column; room for a segment.
struct ReachingLoop {
  uint32_t* for_row = nullptr;
  int64_t row_count = 0;
  uint32_t* for_columns = nullptr;
  int64_t column_count = 0;
};

/// One operand of a tile product: `panels` panels of `depth` steps each, contiguous.
template <class T>
struct Operand {
  const T* data = nullptr;
  int64_t panels = 0;
};

/// A value is Σ part[i] / 256^i over 2 or 3 `parts`. Products of parts i and j are formed where i + j < `sums`, which
/// is `parts` or one more.
struct Int8Product {
  int parts = 2;
  int sums = 2;
};

struct ProductOptions {
  bool upper = false;       // leave blocks of 48 x 48 strictly below the block diagonal alone
  bool accumulate = false;  // add to what c holds
  bool clamp = false;       // limit results to [-1, 1]
};

struct IsaTable {
  const char* name;

  /// c (48 a.panels x 48 b.panels, leading dimension ldc) = a bᵀ.
  /// Every element is the same sequence of operations whatever its place in the tile.
  void (*product_f32)(Operand<float> a, Operand<float> b, int64_t depth, float* c, int64_t ldc, ProductOptions options);
  void (*product_f64)(Operand<double> a, Operand<double> b, int64_t depth, double* c, int64_t ldc,
                      ProductOptions options);
  /// int16 fixed point: integer products, exact within links of kFixedLink pairs, then x row_scale[i] x col_scale[j],
  /// limited to [-1, 1]. `depth` counts pairs. Null where this instruction set has no gain from it.
  void (*product_i16)(Operand<int16_t> a, Operand<int16_t> b, int64_t depth, const float* row_scale,
                      const float* col_scale, float* c, int64_t ldc, bool upper);
  /// Int8 parts of every value: exact sums of their products, as `product` says. Then as product_i16. `depth` counts
  /// blocks of kInt8Columns. Null where this instruction set has no gain from it.
  void (*product_i8)(Operand<int8_t> a, Operand<int8_t> b, int64_t depth, Int8Product product, const float* row_scale,
                     const float* col_scale, float* c, int64_t ldc, bool upper);

  void (*extremes_f32)(const float* x, int64_t count, float* min, float* max);
  void (*extremes_f64)(const double* x, int64_t count, double* min, double* max);
  void (*fine_f32)(const float* x, int64_t count, FineLoop<float>* loop);
  void (*fine_f64)(const double* x, int64_t count, FineLoop<double>* loop);
  void (*histogram_f32)(const float* x, int64_t count, const HistogramLoop& loop);
  void (*histogram_f64)(const double* x, int64_t count, const HistogramLoop& loop);
  void (*bracket_f32)(const float* x, int64_t count, BracketLoop<float>* loop);
  void (*bracket_f64)(const double* x, int64_t count, BracketLoop<double>* loop);

  void (*intervals_f32)(const float* x, int64_t count, IntervalLoop<float>* loop);
  void (*intervals_f64)(const double* x, int64_t count, IntervalLoop<double>* loop);

  void (*reaching_f32)(const float* x, int64_t count, float row, const float* columns, ReachingLoop* loop);
  void (*reaching_f64)(const double* x, int64_t count, double row, const double* columns, ReachingLoop* loop);

  /// How many values reach `threshold`; each also adds 1 to its column's counter.
  int64_t (*degrees_f32)(const float* x, int64_t count, float threshold, int32_t* columns);
  int64_t (*degrees_f64)(const double* x, int64_t count, double threshold, int64_t* columns);

  /// RankBins::bin of every value, from RankBins::cells.
  void (*rank_bins_f32)(const float* x, int64_t count, const uint32_t* cells, uint32_t* bins);
  void (*rank_bins_f64)(const double* x, int64_t count, const uint32_t* cells, uint32_t* bins);

  /// Σ x[k] y[k] in fp64, in the order of engine/cosines/canonical_order.hpp: the same bits in every table.
  double (*dot)(const double* x, const double* y, int64_t count);
  /// The same of fp32 values at any address.
  double (*dot_f32)(const void* x, const void* y, int64_t count);
  /// The same in fp32, in kQuickLanes lanes.
  float (*quick_f32)(const void* x, const void* y, int64_t count);
  /// Of int8 rows that are two vectors, 64 values of the first and 64 of the second in turn, so many `blocks` of both,
  /// at most 1,024: sums[0] is the product of x's first with y's second, sums[1] that of x's second with y's first.
  void (*crossed_dots)(const int8_t* x, const int8_t* y, int64_t blocks, int32_t* sums);
  /// Rounds up to 64 values x to multiples of `step`, at most 127 of them either way: out[k] says how many, and x[k]
  /// keeps what is left.
  void (*quantize)(double* x, int64_t count, double step, int8_t* out);
};

/// The table in use: the best for this processor, unless GRAMIAN_CPU_ISA in the environment or select_isa names
/// another.
const IsaTable& isa_table();
/// Tables that this processor can run, best first; the last one, "plain-tiles", is there for tests alone.
const IsaTable* const* isa_tables(int* count);
/// Makes the named table the one in use by the whole process; false where this processor cannot run it. Not while work
/// is going on.
bool select_isa(const char* name);

}  // namespace gramian::cpu
