#include "kernels/cuda/products/bare_gemm.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cuda/sweep/sweep.hpp"
#include "kernels/cuda/sweep/tile.hpp"
#include "kernels/cuda/sweep/worklist.hpp"

namespace gramian::cuda {
namespace {

template <class T>
class Bare {
 public:
  Bare(Device& device, const CudaUnitRows& rows, const TileGrid& grid)
      : device_(device),
        rows_(rows),
        edge_(grid.edge()),
        access_(device, rows, edge_, sweep_bytes(rows.cosine_type(), edge_)) {
    for (DeviceBuffer<T>& tile : tiles_) tile = DeviceBuffer<T>(edge_ * edge_, "a tile");
  }
  int64_t panel_rows() const { return access_.panel_rows(); }
  void form(const Tile& tile) {
    const std::byte* const a = access_.at(tile.row_begin, device_.stream());
    const std::byte* const b = access_.at(tile.col_begin, device_.stream());
    next_ ^= 1;
    form_tile(device_, rows_.layout(), a, b, padded_rows(tile.row_end - tile.row_begin),
              padded_rows(tile.col_end - tile.col_begin), tiles_[next_].data(), edge_, device_.stream());
  }

 private:
  Device& device_;
  const CudaUnitRows& rows_;
  int64_t edge_;
  RowAccess access_;
  DeviceBuffer<T> tiles_[2];
  int next_ = 0;
};

template <class T>
double timed(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid, const Progress& progress) {
  std::vector<std::unique_ptr<Bare<T>>> workers;
  int64_t panel_rows = std::max<int64_t>(padded_rows(rows.rows()), grid.edge());
  for (const std::unique_ptr<Device>& device : machine.devices) {
    device->use();
    workers.push_back(std::make_unique<Bare<T>>(*device, rows, grid));
    panel_rows = std::min(panel_rows, workers.back()->panel_rows());
  }
  const std::vector<WorkTile> tiles = cut_tiles(grid, {0, grid.size()}, grid.edge(), panel_rows);
  std::atomic<int64_t> next{0};
  std::atomic<bool> stop{false};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  constexpr int64_t kAhead = 32;  // tiles between two looks at who wants to stop
  const auto work = [&](size_t d) {
    try {
      machine.devices[d]->use();
      const Event looked;  // the device is never without work when the host looks
      for (int64_t t = next++; t < std::ssize(tiles) && !stop; t = next++) {
        workers[d]->form(tiles[static_cast<size_t>(t)].tile);
        if (d == 0 && t % kAhead == 0) {
          looked.synchronize();
          looked.record(machine.devices[d]->stream());
          if (progress.cancelled && progress.cancelled()) throw Interrupted("interrupted");
        }
      }
      machine.devices[d]->synchronize();
    } catch (...) {
      stop = true;
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  for (size_t d = 0; d < workers.size() && !tiles.empty(); ++d) {
    // The library loads its code when it is first asked.
    machine.devices[d]->use();
    workers[d]->form(tiles.front().tile);
    machine.devices[d]->synchronize();
  }
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> others;
    for (size_t d = 1; d < workers.size(); ++d) others.emplace_back(work, d);
    work(0);
  }
  if (failure) std::rethrow_exception(failure);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

double bare_triangle_seconds(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid,
                             const Progress& progress) {
  return rows.cosine_type() == CosineType::f64 ? timed<double>(machine, rows, grid, progress)
                                               : timed<float>(machine, rows, grid, progress);
}

std::vector<double> tile_seconds(Device& device, std::span<const Form> forms, int64_t dim, int64_t edge) {
  device.use();
  const cudaStream_t stream = device.stream();
  // Random numbers: products of zeros are faster than real ones.
  uint64_t state = 1;
  std::vector<double> values(static_cast<size_t>(edge * dim));
  for (double& x : values) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x = static_cast<double>(state >> 33) * 0x1p-31 - 0.5;
  }
  std::vector<int64_t> order(static_cast<size_t>(dim));
  std::iota(order.begin(), order.end(), 0);
  const DeviceBuffer<double> rows = on_device(values, stream);
  const DeviceBuffer<int64_t> on_order = on_device(order, stream);
  DeviceBuffer<float> scale(edge, "rows of a trial");
  DeviceBuffer<float> tile(edge * edge, "a tile");
  const Event begin(true);
  const Event end(true);
  std::vector<double> best(forms.size(), std::numeric_limits<double>::infinity());
  std::vector<DeviceBuffer<std::byte>> converted;
  for (const Form form : forms) {
    const FormLayout layout(form, dim);
    converted.emplace_back(edge * layout.bytes, "rows of a trial");
    convert_rows(rows.data(), edge, layout, on_order.data(), converted.back().data(), scale.data(), stream);
  }
  // In turn, so that a clock that is still rising favours none; the first round loads the code.
  constexpr int kRounds = 12;
  for (int round = 0; round < kRounds; ++round) {
    for (size_t f = 0; f < forms.size(); ++f) {
      const std::byte* const at = converted[f].data();
      begin.record(stream);
      form_tile(device, FormLayout(forms[f], dim), at, at, edge, edge, tile.data(), edge, stream);
      end.record(stream);
      end.synchronize();
      if (round > 0) best[f] = std::min(best[f], seconds_between(begin, end));
    }
  }
  return best;
}

}  // namespace gramian::cuda
