#include "kernels/cuda/sweep/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cuda/reductions/consumers.hpp"
#include "kernels/cuda/sweep/worker.hpp"

namespace gramian::cuda {
namespace {

/// Tiles between two looks at what was kept and at who wants to stop.
constexpr int64_t kBatch = 16;
/// Before tiles get smaller than this, rows that lie on the device make room and pass through in panels.
constexpr int64_t kLeastEdgeBesideRows = 512;
/// Smaller tiles than this are not worth launching; memory that is short of them is short.
constexpr int64_t kLeastEdge = 64;

/// All devices at once, the first of them on this thread, which also reports; throws what any of them threw first.
template <class T>
void run_all(const std::vector<Device*>& devices, const std::vector<std::unique_ptr<Worker<T>>>& workers, Work& work,
             int64_t tiles, const Progress& progress) {
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&](size_t d, auto between) {
    try {
      devices[d]->use();
      workers[d]->run(between);
    } catch (...) {
      work.stop = true;
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  int64_t reported = 0;
  const auto report = [&] {
    const int64_t done = work.completed.load(std::memory_order_relaxed);
    if (progress.report && done > reported) progress.report(done, tiles);
    reported = std::max(reported, done);
  };
  {
    std::vector<std::jthread> others;
    for (size_t d = 1; d < workers.size(); ++d) others.emplace_back(run, d, [] {});
    run(0, [&] {
      progress.check();
      report();
    });
  }
  if (failure) std::rethrow_exception(failure);
  report();
}

/// One attempt with tiles of work.edge.
template <class T>
void attempt(Machine& machine, Work& work, const TileGrid& grid, TileRange range, int64_t spare, SweepState& state,
             const Progress& progress) {
  const std::vector<Device*> devices = machine.for_work(multiply_adds(work.a, work.b));
  std::vector<std::unique_ptr<Access>> access;
  PanelRows panels{std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::max()};
  for (Device* const device : devices) {
    access.push_back(std::make_unique<Access>(*device, work, grid.edge(), spare));
    panels.rows = std::min(panels.rows, access.back()->a.panel_rows());
    panels.columns = std::min(panels.columns, access.back()->b().panel_rows());
  }
  // The list of tiles is ordered by panels, so all devices have to have the same.
  for (const std::unique_ptr<Access>& each : access) {
    each->a.use_panels_of(panels.rows);
    each->b().use_panels_of(panels.columns);
  }
  work.tiles = cut_tiles(grid, range, work.edge, panels);
  const int64_t in_batch = work.dense != nullptr ? 1 : std::clamp<int64_t>(std::ssize(work.tiles) / 8, 1, kBatch);
  work.batches = cut_batches(work.tiles, in_batch, panels);
  for (const Reduction& reduction : work.request) {
    if (const auto* const probes = std::get_if<Probes>(&reduction)) {
      work.probes = place_probes(probes->pairs, work.tiles, grid, work.edge);
    }
  }
  if (work.probes.offsets.empty()) work.probes.offsets.assign(work.tiles.size() + 1, 0);

  std::vector<std::unique_ptr<Worker<T>>> workers(devices.size());
  for (size_t d = 0; d < workers.size(); ++d) {
    devices[d]->use();
    workers[d] = std::make_unique<Worker<T>>(*devices[d], work, *access[d]);
  }
  run_all<T>(devices, workers, work, range.end - range.begin, progress);
  for (size_t d = 0; d < workers.size(); ++d) {
    devices[d]->use();
    workers[d]->add_to(state);
    workers[d].reset();
  }
}

/// Gives back what the rows of both sides take on devices; false where there was nothing.
bool leave_devices(Machine& machine, const CudaUnitRows& a, const CudaUnitRows& b) {
  const bool any = a.on_devices() || b.on_devices();
  machine.first().use();
  a.leave_devices();
  b.leave_devices();
  return any;
}

template <class T>
void run(Machine& machine, const CudaUnitRows& a, const CudaUnitRows& b, const SweepRequest& request,
         const TileGrid& grid, TileRange range, SweepState& state, const Progress& progress) {
  const SweepShape shape = shape_of(grid, a.cosine_type());
  double* dense = nullptr;
  double* probed = nullptr;
  for (size_t place = 0; place < request.size(); ++place) {
    if (std::holds_alternative<Dense>(request[place])) dense = state.of<Dense>(place).cosines.data();
    if (std::holds_alternative<Probes>(request[place])) probed = state.of<Probes>(place).cosines.data();
  }
  // Smaller tiles are the same bits, so running short of memory costs time alone.
  for (int64_t edge = grid.edge();;) {
    const int64_t spare =
        sweep_bytes(shape.type, edge) + consumers_bytes(request, shape) + PairLists<T>::bytes(request, edge);
    Work work{a, b, request, shape, edge, dense, probed, {}, {}, {}};
    try {
      attempt<T>(machine, work, grid, range, spare, state, progress);
      return;
    } catch (const OutOfMemory& error) {
      const bool on_devices = a.on_devices() || b.on_devices();
      const bool anew = work.completed == 0 && !work.handed;
      if (anew && edge > (on_devices ? kLeastEdgeBesideRows : kLeastEdge)) {
        edge = padded_rows(edge / 2);
      } else if (anew && leave_devices(machine, a, b)) {
        edge = grid.edge();
      } else {
        const int64_t all = a.bytes() + (&a == &b ? 0 : b.bytes());
        const int64_t enough = std::min(all, 4 * grid.edge() * a.layout().bytes) + spare;
        throw OutOfMemory(std::string(error.what()) + "; about " + megabytes(enough) +
                          " free on the device would be enough, " + megabytes(machine.first().free_bytes()) + " are");
      }
    }
  }
}

}  // namespace

int64_t sweep_bytes(CosineType type, int64_t edge) {
  // Two tiles, what two batches keep, and the counters.
  constexpr int64_t kCounters = int64_t{4} << 20;
  return 6 * edge * edge * (type == CosineType::f64 ? 8 : 4) + 2 * edge * kPlaces * 16 + kCounters;
}

double multiply_adds(const CudaUnitRows& a, const CudaUnitRows& b) {
  const double all = static_cast<double>(a.rows()) * static_cast<double>(b.rows()) * static_cast<double>(a.dim());
  return &a == &b ? 0.5 * all : all;
}

void sweep(Machine& machine, const CudaUnitRows& a, const CudaUnitRows& b, const SweepRequest& request,
           const TileGrid& grid, TileRange range, SweepState& state, const Progress& progress) {
  const auto runs = a.cosine_type() == CosineType::f64 ? run<double> : run<float>;
  runs(machine, a, b, request, grid, range, state, progress);
}

}  // namespace gramian::cuda
