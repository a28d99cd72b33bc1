#include "kernels/cpu/products/bare_gemm.hpp"

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "engine/error.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/sweep/tile.hpp"

namespace gramian::cpu {
namespace {

template <class T>
double timed(const TileGrid& grid, int threads, const Progress& progress,
             const std::function<void(const Tile&, T* out, int64_t ld)>& product) {
  std::vector<std::unique_ptr<AlignedBuffer<T>>> buffers(static_cast<size_t>(threads));
  const auto start = std::chrono::steady_clock::now();
  parallel_for(
      threads, grid.size(),
      [&](int64_t item, int worker) {
        std::unique_ptr<AlignedBuffer<T>>& buffer = buffers[static_cast<size_t>(worker)];
        if (!buffer) buffer = std::make_unique<AlignedBuffer<T>>(grid.edge() * grid.edge());
        product(grid.at(item), buffer->data(), grid.edge());
      },
      [&](int64_t) { progress.check(); });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void blas(int64_t m, int64_t n, int64_t k, const float* a, const float* b, float* c, int64_t ld) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(m), static_cast<int>(n), static_cast<int>(k),
              1.0f, a, static_cast<int>(k), b, static_cast<int>(k), 0.0f, c, static_cast<int>(ld));
}

void blas(int64_t m, int64_t n, int64_t k, const double* a, const double* b, double* c, int64_t ld) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(m), static_cast<int>(n), static_cast<int>(k),
              1.0, a, static_cast<int>(k), b, static_cast<int>(k), 0.0, c, static_cast<int>(ld));
}

template <class T>
double blas_seconds(const CpuUnitRows& rows, const AlignedBuffer<T>& packed, int threads, const Progress& progress) {
  // The plain layout that a script would have: row after row.
  const int64_t n = rows.rows();
  const int64_t d = rows.dim();
  AlignedBuffer<T> plain(n * d);
  parallel_for(threads, rows.panels(), [&](int64_t panel, int) {
    for (int64_t r = panel * kPanel; r < std::min(n, (panel + 1) * kPanel); ++r) {
      for (int64_t k = 0; k < d; ++k) {
        plain.data()[r * d + k] = packed.data()[(panel * d + k) * kPanel + r % kPanel];
      }
    }
  });
  const TileGrid grid = TileGrid::triangle(n, 1024);
  openblas_set_num_threads(1);
  return timed<T>(grid, threads, progress, [&](const Tile& tile, T* out, int64_t ld) {
    blas(tile.row_end - tile.row_begin, tile.col_end - tile.col_begin, d, plain.data() + tile.row_begin * d,
         plain.data() + tile.col_begin * d, out, ld);
  });
}

/// The rows in fp32 that int8 parts stand for, one by one to 2^-23 of the largest entry of their row.
CpuUnitRows as_f32(const CpuUnitRows& rows, int threads) {
  CpuUnitRows unpacked(Form::f32, rows.rows(), rows.dim());
  const int64_t parts = int8_parts(rows.kind());
  const int64_t side = rows.depth() * parts * kTileBytes;
  const int64_t d = rows.dim();
  parallel_for(threads, rows.panels(), [&](int64_t panel, int) {
    for (int64_t index = panel * kPanel; index < (panel + 1) * kPanel; ++index) {
      const int8_t* const row = rows.i8.data() + index / kTileRows * 2 * side + index % kTileRows * kInt8Columns;
      for (int64_t k = 0; k < d; ++k) {
        float value = 0.0f;
        for (int64_t part = parts - 1; part >= 0; --part) {
          const int64_t tile = k / kInt8Columns * parts + part;
          value = value / 256.0f + static_cast<float>(row[tile * kTileBytes + k % kInt8Columns]);
        }
        unpacked.f32.data()[(panel * d + k) * kPanel + index % kPanel] = value * rows.scale.data()[index];
      }
    }
  });
  return unpacked;
}

template <class T>
double own_seconds(const CpuUnitRows& rows, const TileGrid& grid, int threads, const Progress& progress) {
  return timed<T>(grid, threads, progress,
                  [&](const Tile& tile, T* out, int64_t ld) { form_tile(rows, rows, tile, out, ld); });
}

}  // namespace

BareSeconds bare_triangle_seconds(const CpuUnitRows& rows, const TileGrid& grid, int threads,
                                  const Progress& progress) {
  switch (rows.kind()) {
    case Form::f64: {
      const double own = own_seconds<double>(rows, grid, threads, progress);
      return {std::min(own, blas_seconds(rows, rows.f64, threads, progress)), own};
    }
    case Form::f32: {
      const double own = own_seconds<float>(rows, grid, threads, progress);
      return {std::min(own, blas_seconds(rows, rows.f32, threads, progress)), own};
    }
    case Form::three_i8: {
      const CpuUnitRows plain = as_f32(rows, threads);
      return {bare_triangle_seconds(plain, grid, threads, progress).plain,
              own_seconds<float>(rows, grid, threads, progress)};
    }
    case Form::i16:
    case Form::two_i8:
      break;
  }
  const double own = own_seconds<float>(rows, grid, threads, progress);
  return {own, own};
}

}  // namespace gramian::cpu
