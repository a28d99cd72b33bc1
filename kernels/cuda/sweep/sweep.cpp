#include "kernels/cuda/sweep/sweep.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cuda/sweep/sweep_states.hpp"
#include "kernels/cuda/sweep/tile.hpp"
#include "kernels/cuda/sweep/tile_edge.hpp"
#include "kernels/cuda/sweep/worklist.hpp"

namespace gramian::cuda {
namespace {

/// Tiles between two looks at what was kept and at who wants to stop.
constexpr int64_t kBatch = 16;
/// Before tiles get smaller than this, rows that lie on the device make room and pass through in panels.
constexpr int64_t kLeastEdgeBesideRows = 512;
/// Smaller tiles than this are not worth launching; memory that is short of them is short.
constexpr int64_t kLeastEdge = 64;
/// Values that go to the host at a time. Page-locked memory is slow to come by.
constexpr int64_t kStagedValues = int64_t{1} << 18;

/// What all devices work on.
struct Work {
  const CudaUnitRows& rows;
  const SweepRequest& request;
  std::vector<WorkTile> tiles;
  std::vector<Batch> batches;
  ProbeLists probes;
  int64_t edge = 0;
  int64_t panel_rows = 0;
  double* dense = nullptr;
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> completed{0};  // tiles of the grid
  std::atomic<bool> stop{false};
};

/// One device's hands on the work.
template <class T>
class Worker {
 public:
  Worker(Device& device, Work& work, RowAccess& access)
      : device_(device),
        work_(work),
        access_(access),
        states_(device, work.request, work.rows.rows(), work.edge, consume_.get()) {
    const int64_t area = work.edge * work.edge;
    if (states_.keeps_values() || work.dense != nullptr) {
      staged_size_ = std::min(area, std::max(kStagedValues, work.edge));
    }
    constexpr int64_t kCounts = 64;  // bytes for both sets' counts; what follows stays aligned
    std::byte* const staging = device.staging(kCounts + staged_size_ * int64_t{sizeof(T)});
    staged_ = reinterpret_cast<T*>(staging + kCounts);
    for (size_t k = 0; k < 2; ++k) sets_[k].count = reinterpret_cast<uint64_t*>(staging) + k;
    for (DeviceBuffer<T>& tile : tiles_) tile = DeviceBuffer<T>(area, "a tile");
    for (Set& set : sets_) {
      if (states_.keeps_values()) {
        set.kept = DeviceBuffer<T>(area, "kept cosines");
        set.kept_count = zeros<uint64_t>(1, consume_.get());
      }
      if (work.dense != nullptr) set.dense = DeviceBuffer<T>(area, "dense cosines");
    }
    std::vector<DeviceProbe> places;
    for (const PlacedProbe& probe : work.probes.probes) places.push_back({probe.row, probe.col});
    probes_ = on_device(places, consume_.get(), "probes");
    probe_values_ = DeviceBuffer<T>(std::ssize(places), "probes");
  }

  /// Takes batches until none is left or somebody stops. `between` runs after each.
  template <class Between>
  void run(Between between) {
    int set = 0;
    Batch before;
    while (!work_.stop.load(std::memory_order_relaxed)) {
      const int64_t number = work_.next.fetch_add(1, std::memory_order_relaxed);
      const bool any = number < std::ssize(work_.batches);
      const Batch batch = any ? work_.batches[static_cast<size_t>(number)] : Batch{};
      if (any) start(sets_[set], batch);
      set ^= 1;
      if (before.end > before.begin) {
        finish(sets_[set], before);
        between();
      }
      if (!any) return;
      before = batch;
    }
  }

  SweepState take() {
    SweepState state = states_.take(consume_.get());
    const std::vector<T> values = on_host(probe_values_, probe_values_.size(), consume_.get());
    for (const int64_t t : done_) {
      for (int64_t p = work_.probes.offsets[static_cast<size_t>(t)];
           p < work_.probes.offsets[static_cast<size_t>(t + 1)]; ++p) {
        const auto at = static_cast<size_t>(p);
        state.probes.push_back({work_.probes.probes[at].index, static_cast<double>(values[at])});
      }
    }
    return state;
  }

 private:
  /// Where a batch leaves what the host has to see before it can go on.
  struct Set {
    DeviceBuffer<T> kept;
    DeviceBuffer<uint64_t> kept_count;
    uint64_t* count = nullptr;  // page-locked
    DeviceBuffer<T> dense;
    Event done;
  };

  /// Forms the tile while the one before is being consumed.
  TileView<T> form(const Tile& tile) {
    const int slot = next_tile_;
    next_tile_ ^= 1;
    const RowRun a = access_.at(tile.row_begin, form_.get());
    const RowRun b = access_.at(tile.col_begin, form_.get());
    consumed_[slot].hold(form_.get());
    // Of one shape for all tiles, whatever of it is looked at: the library might take another algorithm for another.
    form_tile(device_, work_.rows.layout(), a.data, b.data, std::min(work_.edge, a.rows), std::min(work_.edge, b.rows),
              tiles_[slot].data(), work_.edge, form_.get());
    formed_[slot].record(form_.get());
    formed_[slot].hold(consume_.get());
    return {tiles_[slot].data(),
            work_.edge,
            static_cast<int>(tile.row_end - tile.row_begin),
            static_cast<int>(tile.col_end - tile.col_begin),
            tile.row_begin,
            tile.col_begin,
            tile.diagonal,
            access_.scale()};
  }

  /// After the last reader of the tile that form() gave last.
  void consumed() { consumed_[next_tile_ ^ 1].record(consume_.get()); }

  void keep_into(Set& set, ReduceArguments<T>& arguments) {
    if (!states_.keeps_values()) return;
    arguments.kept = set.kept.data();
    arguments.kept_count = set.kept_count.data();
    arguments.kept_room = static_cast<uint64_t>(set.kept.size());
  }

  void start(Set& set, const Batch& batch) {
    if (states_.keeps_values()) fill_bytes(set.kept_count.data(), 0, 1, consume_.get());
    for (int64_t t = batch.begin; t < batch.end; ++t) {
      const Tile& tile = work_.tiles[static_cast<size_t>(t)].tile;
      ReduceArguments<T> arguments = states_.arguments();
      arguments.tile = form(tile);
      keep_into(set, arguments);
      arguments.dense = set.dense.data();
      const int64_t first = work_.probes.offsets[static_cast<size_t>(t)];
      arguments.probes = probes_.data() + first;
      arguments.probe_values = probe_values_.data() + first;
      arguments.probe_count = work_.probes.offsets[static_cast<size_t>(t + 1)] - first;
      reduce_tile(arguments, states_.blocks(), consume_.get());
      if (states_.neighbors() != nullptr) states_.neighbors()->merge(arguments.tile, consume_.get());
      consumed();
      states_.count_pairs(tile);
      done_.push_back(t);
    }
    if (states_.keeps_values()) copy_to_host(set.count, set.kept_count.data(), 1, consume_.get());
    set.done.record(consume_.get());
  }

  void finish(Set& set, const Batch& batch) {
    set.done.synchronize();
    if (work_.dense != nullptr) {
      for (int64_t t = batch.begin; t < batch.end; ++t) copy_dense(set, work_.tiles[static_cast<size_t>(t)].tile);
    }
    if (states_.keeps_values()) {
      if (*set.count <= static_cast<uint64_t>(set.kept.size())) {
        take_kept(set);
      } else {
        for (int64_t t = batch.begin; t < batch.end; ++t) keep_again(set, work_.tiles[static_cast<size_t>(t)].tile);
      }
    }
    int64_t completed = 0;
    for (int64_t t = batch.begin; t < batch.end; ++t) {
      completed += work_.tiles[static_cast<size_t>(t)].completes ? 1 : 0;
    }
    work_.completed.fetch_add(completed, std::memory_order_relaxed);
  }

  /// What *set.count says is in set.kept goes to its brackets: one half of the staging memory is copied to while what
  /// came to the other is sorted.
  void take_kept(Set& set) {
    const auto count = static_cast<int64_t>(*set.count);
    const int64_t half = std::max<int64_t>(1, staged_size_ / 2);
    const auto size_at = [&](int64_t begin) { return std::min(half, count - begin); };
    const auto place_of = [&](int64_t begin) { return staged_ + begin / half % 2 * half; };
    const auto fetch = [&](int64_t begin) {
      if (begin < count) copy_to_host(place_of(begin), set.kept.data() + begin, size_at(begin), copy_.get());
    };
    fetch(0);
    for (int64_t begin = 0; begin < count; begin += half) {
      copy_.synchronize();
      fetch(begin + half);
      states_.distribute(place_of(begin), size_at(begin));
    }
  }

  /// A batch kept more than there is room for: its tiles once more, one by one, for which there always is.
  void keep_again(Set& set, const Tile& tile) {
    fill_bytes(set.kept_count.data(), 0, 1, consume_.get());
    ReduceArguments<T> all = states_.arguments();
    ReduceArguments<T> arguments;
    arguments.tile = form(tile);
    arguments.touched = all.touched;
    arguments.bracket_of = all.bracket_of;
    arguments.brackets = all.brackets;
    arguments.bracket_count = all.bracket_count;
    arguments.only_kept = true;
    keep_into(set, arguments);
    reduce_tile(arguments, states_.blocks(), consume_.get());
    consumed();
    copy_to_host(set.count, set.kept_count.data(), 1, consume_.get());
    consume_.synchronize();  // the count is needed to fetch the values
    take_kept(set);
  }

  /// Batches are single tiles when dense cosines are wanted.
  void copy_dense(Set& set, const Tile& tile) {
    const int64_t rows = tile.row_end - tile.row_begin;
    const int64_t at_once = staged_size_ / work_.edge;
    for (int64_t begin = 0; begin < rows; begin += at_once) {
      const int64_t end = std::min(rows, begin + at_once);
      copy_to_host(staged_, set.dense.data() + begin * work_.edge, (end - begin) * work_.edge, copy_.get());
      copy_.synchronize();
      for (int64_t r = begin; r < end; ++r) {
        const int64_t skip = tile.diagonal ? r + 1 : 0;
        const T* const from = staged_ + (r - begin) * work_.edge;
        double* const to = work_.dense + (tile.row_begin + r) * work_.rows.rows() + tile.col_begin;
        for (int64_t c = skip; c < tile.col_end - tile.col_begin; ++c) to[c] = static_cast<double>(from[c]);
      }
    }
  }

  Device& device_;
  Work& work_;
  RowAccess& access_;
  // What consumes a tile frees it for the next but one, so it goes first where both could go.
  Stream form_, consume_{Stream::Priority::high}, copy_;
  SweepStates<T> states_;
  DeviceBuffer<T> tiles_[2];
  Event formed_[2], consumed_[2];
  int next_tile_ = 0;
  Set sets_[2];
  T* staged_ = nullptr;  // page-locked, on the way to the host
  int64_t staged_size_ = 0;
  DeviceBuffer<DeviceProbe> probes_;
  DeviceBuffer<T> probe_values_;
  std::vector<int64_t> done_;
};

/// One attempt with tiles of work.edge.
template <class T>
SweepState attempt(Machine& machine, Work& work, const TileGrid& grid, TileRange range, int64_t spare,
                   const Progress& progress) {
  const std::vector<Device*> devices = machine.for_work(multiply_adds(work.rows));
  std::vector<std::unique_ptr<RowAccess>> access;
  work.panel_rows = std::numeric_limits<int64_t>::max();
  for (Device* const device : devices) {
    access.push_back(std::make_unique<RowAccess>(*device, work.rows, grid.edge(), spare));
    work.panel_rows = std::min(work.panel_rows, access.back()->panel_rows());
  }
  // The list of tiles is ordered by panels, so all devices have to have the same.
  for (const std::unique_ptr<RowAccess>& each : access) each->use_panels_of(work.panel_rows);
  work.tiles = cut_tiles(grid, range, work.edge, std::max<int64_t>(work.panel_rows, 1));
  const int64_t in_batch = work.dense != nullptr ? 1 : std::clamp<int64_t>(std::ssize(work.tiles) / 8, 1, kBatch);
  work.batches = cut_batches(work.tiles, in_batch, std::max<int64_t>(work.panel_rows, 1));
  work.probes = place_probes(work.request.probes, work.tiles, grid, work.edge);

  std::vector<std::unique_ptr<Worker<T>>> workers(devices.size());
  for (size_t d = 0; d < workers.size(); ++d) {
    devices[d]->use();
    workers[d] = std::make_unique<Worker<T>>(*devices[d], work, *access[d]);
  }
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
    if (progress.report && done > reported) progress.report(done, range.end - range.begin);
    reported = std::max(reported, done);
  };
  {
    std::vector<std::jthread> others;
    for (size_t d = 1; d < workers.size(); ++d) others.emplace_back(run, d, [] {});
    run(0, [&] {
      if (progress.cancelled && progress.cancelled()) throw Interrupted("interrupted");
      report();
    });
  }
  if (failure) std::rethrow_exception(failure);
  report();
  SweepState total;
  for (size_t d = 0; d < workers.size(); ++d) {
    devices[d]->use();
    merge(total, workers[d]->take());
    workers[d].reset();
  }
  return total;
}

template <class T>
SweepState run(Machine& machine, const CudaUnitRows& rows, const SweepRequest& request, const TileGrid& grid,
               TileRange range, const Progress& progress) {
  std::vector<double> dense;
  if (request.dense) {
    dense.assign(static_cast<size_t>(checked_product(rows.rows(), rows.rows(), "dense cosines")),
                 std::numeric_limits<double>::quiet_NaN());
  }
  // Smaller tiles are the same bits, so running short of memory costs time alone.
  for (int64_t edge = grid.edge();;) {
    const int64_t spare =
        sweep_bytes(rows.cosine_type(), edge) + states_bytes(request, rows.rows(), rows.cosine_type());
    Work work{rows, request, {}, {}, {}, edge, 0, request.dense ? dense.data() : nullptr};
    try {
      SweepState state = attempt<T>(machine, work, grid, range, spare, progress);
      state.dense = std::move(dense);
      return state;
    } catch (const OutOfMemory& error) {
      if (work.completed == 0 && edge > (rows.on_devices() ? kLeastEdgeBesideRows : kLeastEdge)) {
        edge = padded_rows(edge / 2);
      } else if (work.completed == 0 && rows.on_devices()) {
        machine.first().use();
        rows.leave_devices();
        edge = grid.edge();
      } else {
        const int64_t enough = std::min(rows.bytes(), 2 * grid.edge() * rows.layout().bytes) + spare;
        throw OutOfMemory(std::string(error.what()) + "; about " + megabytes(enough) +
                          " free on the device would be enough, " + megabytes(machine.first().free_bytes()) + " are");
      }
    }
  }
}

}  // namespace

int64_t preferred_tile_edge(const Device& device, CosineType type, int64_t rows) {
  const int64_t most = tile_edge_for(device.multiprocessors(), device.l2_bytes(), type);
  const int64_t bands = std::max<int64_t>(1, (rows + most - 1) / most);
  return std::max(padded_rows((rows + bands - 1) / bands), kTileUnit);
}

double multiply_adds(const CudaUnitRows& rows) {
  return 0.5 * static_cast<double>(rows.rows()) * static_cast<double>(rows.rows()) * static_cast<double>(rows.dim());
}

int64_t sweep_bytes(CosineType type, int64_t edge) {
  // Two tiles, what two batches keep, and the counters.
  constexpr int64_t kCounters = int64_t{4} << 20;
  return 6 * edge * edge * (type == CosineType::f64 ? 8 : 4) + 2 * edge * kPlaces * 16 + kCounters;
}

void require_grid(const CudaUnitRows& rows, const TileGrid& grid, TileRange range) {
  if (grid.edge() % kTileUnit != 0) {
    throw InvalidUsage("the tile edge must be a multiple of " + std::to_string(kTileUnit));
  }
  if (grid.n() != rows.rows() || range.begin < 0 || range.end > grid.size() || range.begin > range.end) {
    throw InvalidUsage("the tiles to sweep are not tiles of this matrix");
  }
}

SweepState sweep(Machine& machine, const CudaUnitRows& rows, const SweepRequest& request, const TileGrid& grid,
                 TileRange range, const Progress& progress) {
  require_grid(rows, grid, range);
  return rows.cosine_type() == CosineType::f64 ? run<double>(machine, rows, request, grid, range, progress)
                                               : run<float>(machine, rows, request, grid, range, progress);
}

}  // namespace gramian::cuda
