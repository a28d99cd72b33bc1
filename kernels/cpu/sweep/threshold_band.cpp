#include "kernels/cpu/sweep/threshold_band.hpp"

#include <algorithm>
#include <limits>

#include "engine/cosines/ordered.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/sweep/tile.hpp"
#include "engine/threads.hpp"

namespace gramian::cpu {
namespace {

/// Rows that one worker takes at a time, and columns that it forms at a time.
constexpr int64_t kStripRows = 4 * kPanel;
constexpr int64_t kStripCols = 10 * kPanel;

void loop_reaching(const float* x, int64_t count, float row, const float* columns, ReachingLoop* loop) {
  isa_table().reaching_f32(x, count, row, columns, loop);
}
void loop_reaching(const double* x, int64_t count, double row, const double* columns, ReachingLoop* loop) {
  isa_table().reaching_f64(x, count, row, columns, loop);
}

struct Strip {
  std::vector<std::vector<int32_t>> columns;  // a row
  std::vector<std::vector<float>> cosines;
};

template <class T>
Strip form_strip(const CpuUnitRows& rows, T threshold, int64_t begin, int64_t end) {
  const int64_t aligned = begin / kPanel * kPanel;
  AlignedBuffer<T> cosines(panel_count(end - aligned) * kPanel * kStripCols);
  std::vector<uint32_t> found(kStripCols);
  std::vector<uint32_t> unused(kStripCols);
  const std::vector<T> never(kStripCols, std::numeric_limits<T>::infinity());
  Strip strip;
  strip.columns.resize(static_cast<size_t>(end - begin));
  strip.cosines.resize(static_cast<size_t>(end - begin));
  for (int64_t col = 0; col < rows.rows(); col += kStripCols) {
    const Tile tile{aligned, end, col, std::min(rows.rows(), col + kStripCols), false};
    form_tile(rows, rows, tile, cosines.data(), kStripCols);
    for (int64_t row = begin; row < end; ++row) {
      const T* x = cosines.data() + (row - aligned) * kStripCols;
      ReachingLoop loop{found.data(), 0, unused.data(), 0};
      loop_reaching(x, tile.col_end - col, threshold, never.data(), &loop);
      std::vector<int32_t>& columns = strip.columns[static_cast<size_t>(row - begin)];
      std::vector<float>& values = strip.cosines[static_cast<size_t>(row - begin)];
      for (int64_t k = 0; k < loop.row_count; ++k) {
        const int64_t column = col + found[static_cast<size_t>(k)];
        if (column == row) continue;
        columns.push_back(static_cast<int32_t>(column));
        values.push_back(static_cast<float>(x[found[static_cast<size_t>(k)]]));
      }
    }
  }
  return strip;
}

template <class T>
CsrBand form_band(const CpuUnitRows& rows, double threshold, int64_t begin, int64_t end, int threads) {
  const T least = exact_threshold<T>(threshold);
  // Strips begin on panel boundaries of the whole matrix.
  const int64_t first = begin / kStripRows;
  const int64_t count = (end + kStripRows - 1) / kStripRows - first;
  std::vector<Strip> strips(static_cast<size_t>(count));
  parallel_for(threads, count, [&](int64_t strip, int) {
    const int64_t from = std::max(begin, (first + strip) * kStripRows);
    const int64_t to = std::min(end, (first + strip + 1) * kStripRows);
    strips[static_cast<size_t>(strip)] = form_strip(rows, least, from, to);
  });
  CsrBand band;
  band.offsets.push_back(0);
  int64_t total = 0;
  for (const Strip& strip : strips) {
    for (const std::vector<int32_t>& row : strip.columns) band.offsets.push_back(total += std::ssize(row));
  }
  band.columns.reserve(static_cast<size_t>(total));
  band.cosines.reserve(static_cast<size_t>(total));
  for (Strip& strip : strips) {
    for (size_t row = 0; row < strip.columns.size(); ++row) {
      band.columns.insert(band.columns.end(), strip.columns[row].begin(), strip.columns[row].end());
      band.cosines.insert(band.cosines.end(), strip.cosines[row].begin(), strip.cosines[row].end());
    }
    strip = {};
  }
  return band;
}

}  // namespace

CsrBand threshold_band(const CpuUnitRows& rows, double threshold, int64_t begin, int64_t end, int threads) {
  return rows.cosine_type() == CosineType::f64 ? form_band<double>(rows, threshold, begin, end, threads)
                                               : form_band<float>(rows, threshold, begin, end, threads);
}

}  // namespace gramian::cpu
