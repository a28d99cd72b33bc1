#include "kernels/cuda/sweep/threshold_band.hpp"

#include <algorithm>

#include "engine/cosines/ordered.hpp"
#include "kernels/cuda/runtime/device_algorithms.hpp"
#include "kernels/cuda/sweep/band.hpp"
#include "kernels/cuda/sweep/sweep.hpp"
#include "kernels/cuda/sweep/tile.hpp"

namespace gramian::cuda {
namespace {

/// Edges that are brought to the host at a time, unless one row has more.
constexpr int64_t kRoom = int64_t{1} << 24;

template <class T>
class BandBuilder {
 public:
  BandBuilder(Device& device, const CudaUnitRows& rows, double threshold, int64_t edge)
      : device_(device),
        rows_(rows),
        threshold_(exact_threshold<T>(threshold)),
        grid_(TileGrid::triangle(rows.rows(), edge)),
        access_(device, rows, edge, sweep_bytes(rows.layout().form, edge)),
        former_(device, rows.layout(), edge),
        products_(edge * edge, "a tile") {
    band_.offsets.push_back(0);
  }

  /// Rows [begin, end), all within band `block` of the grid.
  void add(int64_t block, int64_t begin, int64_t end) {
    const cudaStream_t stream = device_.stream();
    const int64_t tiles = grid_.row_bands();
    const int64_t count = end - begin;
    DeviceBuffer<int64_t> places(count * tiles + 1, "a band's counts");
    fill_bytes(places.data() + count * tiles, 0, 1, stream);
    for (int64_t other = 0; other < tiles; ++other) {
      count_band(arguments(block, other, begin, end, places.data() + other, tiles), stream);
    }
    exclusive_sum(places.data(), places.data(), count * tiles + 1, stream);
    const std::vector<int64_t> offsets = on_host(places, count * tiles + 1, stream);
    const auto start_of = [&](int64_t row) { return offsets[static_cast<size_t>((row - begin) * tiles)]; };
    int64_t room = std::min(kRoom, offsets.back());
    for (int64_t row = begin; row < end; ++row) room = std::max(room, start_of(row + 1) - start_of(row));
    DeviceBuffer<int32_t> columns(room, "a band's columns");
    DeviceBuffer<float> cosines(room, "a band's cosines");
    for (int64_t from = begin; from < end;) {
      int64_t to = from + 1;
      while (to < end && start_of(to + 1) - start_of(from) <= room) ++to;
      const int64_t held = start_of(to) - start_of(from);
      for (int64_t other = 0; held > 0 && other < tiles; ++other) {
        fill_band(arguments(block, other, from, to, places.data() + (from - begin) * tiles + other, tiles),
                  start_of(from), columns.data(), cosines.data(), stream);
      }
      const auto at = static_cast<size_t>(band_.offsets.back());
      for (int64_t row = from; row < to; ++row) {
        band_.offsets.push_back(band_.offsets.back() + start_of(row + 1) - start_of(row));
      }
      band_.columns.resize(at + static_cast<size_t>(held));
      band_.cosines.resize(at + static_cast<size_t>(held));
      copy_to_host(band_.columns.data() + at, columns.data(), held, stream);
      copy_to_host(band_.cosines.data() + at, cosines.data(), held, stream);
      device_.synchronize();
      from = to;
    }
  }

  CsrBand take() { return std::move(band_); }

 private:
  /// Forms the tile between bands `block` and `other` of the grid.
  BandArguments<T> arguments(int64_t block, int64_t other, int64_t begin, int64_t end, int64_t* places,
                             int64_t stride) {
    const int64_t upper = std::min(block, other) * grid_.edge();
    const int64_t lower = std::max(block, other) * grid_.edge();
    const int64_t rows = std::min(grid_.edge(), rows_.rows() - upper);
    const int64_t cols = std::min(grid_.edge(), rows_.rows() - lower);
    const cudaStream_t stream = device_.stream();
    const RowRun a = access_.at(upper, stream);
    const RowRun b = access_.at(lower, stream);
    former_.form(a.data, b.data, std::min(rows_.tile_rows(grid_.edge()), a.rows),
                 std::min(rows_.tile_rows(grid_.edge()), b.rows), products_.data(), stream);
    BandArguments<T> arguments;
    arguments.tile = {products_.data(), grid_.edge(),    static_cast<int>(rows), static_cast<int>(cols), upper, lower,
                      block == other,   access_.scale(), access_.scale()};
    arguments.side = block == other ? Side::diagonal : other < block ? Side::left : Side::right;
    arguments.threshold = threshold_;
    arguments.first = static_cast<int>(begin - block * grid_.edge());
    arguments.rows = static_cast<int>(end - begin);
    arguments.places = places;
    arguments.stride = stride;
    return arguments;
  }

  Device& device_;
  const CudaUnitRows& rows_;
  T threshold_;
  TileGrid grid_;
  RowAccess access_;
  TileFormer former_;
  DeviceBuffer<T> products_;
  CsrBand band_;
};

template <class T>
CsrBand form_band(Device& device, const CudaUnitRows& rows, int64_t edge, double threshold, int64_t begin,
                  int64_t end) {
  device.use();
  BandBuilder<T> builder(device, rows, threshold, edge);
  for (int64_t row = begin; row < end;) {
    const int64_t block = row / edge;
    const int64_t to = std::min(end, (block + 1) * edge);
    builder.add(block, row, to);
    row = to;
  }
  return builder.take();
}

}  // namespace

CsrBand threshold_band_of(Device& device, const CudaUnitRows& rows, int64_t edge, double threshold, int64_t begin,
                          int64_t end) {
  const auto forms = rows.cosine_type() == CosineType::f64 ? form_band<double> : form_band<float>;
  return forms(device, rows, edge, threshold, begin, end);
}

}  // namespace gramian::cuda
