#include "kernels/cuda/products/bare_gemm.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
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
        access_(device, rows, edge_, sweep_bytes(rows.layout().form, edge_)),
        former_(device, rows.layout(), edge_) {
    for (DeviceBuffer<T>& tile : tiles_) tile = DeviceBuffer<T>(edge_ * edge_, "a tile");
  }
  int64_t panel_rows() const { return access_.panel_rows(); }
  void form(const Tile& tile) {
    const RowRun a = access_.at(tile.row_begin, device_.stream());
    const RowRun b = access_.at(tile.col_begin, device_.stream());
    next_ ^= 1;
    former_.form(a.data, b.data, std::min(rows_.tile_rows(edge_), a.rows), std::min(rows_.tile_rows(edge_), b.rows),
                 tiles_[next_].data(), device_.stream());
  }

 private:
  Device& device_;
  const CudaUnitRows& rows_;
  int64_t edge_;
  RowAccess access_;
  TileFormer former_;
  DeviceBuffer<T> tiles_[2];
  int next_ = 0;
};

template <class T>
double timed(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid, const Progress& progress) {
  std::vector<std::unique_ptr<Bare<T>>> workers;
  int64_t panel_rows = std::max<int64_t>(padded_rows(rows.rows()), grid.edge());
  const std::vector<Device*> devices = machine.for_work(multiply_adds(rows, rows));
  for (Device* const device : devices) {
    device->use();
    workers.push_back(std::make_unique<Bare<T>>(*device, rows, grid));
    panel_rows = std::min(panel_rows, workers.back()->panel_rows());
  }
  const std::vector<WorkTile> tiles = cut_tiles(grid, {0, grid.size()}, grid.edge(), {panel_rows, panel_rows});
  std::atomic<int64_t> next{0};
  std::atomic<bool> stop{false};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  constexpr int64_t kAhead = 32;  // tiles between two looks at who wants to stop
  const auto work = [&](size_t d) {
    try {
      devices[d]->use();
      const Event looked;  // the device is never without work when the host looks
      for (int64_t t = next++; t < std::ssize(tiles) && !stop; t = next++) {
        workers[d]->form(tiles[static_cast<size_t>(t)].tile);
        if (d == 0 && t % kAhead == 0) {
          looked.synchronize();
          looked.record(devices[d]->stream());
          progress.check();
        }
      }
      devices[d]->synchronize();
    } catch (...) {
      stop = true;
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  for (size_t d = 0; d < workers.size() && !tiles.empty(); ++d) {
    // The library loads its code when it is first asked.
    devices[d]->use();
    workers[d]->form(tiles.front().tile);
    devices[d]->synchronize();
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

double bare_triangle_seconds_of(Machine& machine, const CudaUnitRows& rows, const TileGrid& grid,
                                const Progress& progress) {
  return rows.cosine_type() == CosineType::f64 ? timed<double>(machine, rows, grid, progress)
                                               : timed<float>(machine, rows, grid, progress);
}

}  // namespace gramian::cuda
