#pragma once
// One device's part of a sweep: two tiles in turn, one formed while the other is consumed, and what was kept on its way
// to the host.

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "kernels/cuda/reductions/consumers.hpp"
#include "kernels/cuda/reductions/pair_lists.hpp"
#include "kernels/cuda/sweep/tile.hpp"
#include "kernels/cuda/sweep/worklist.hpp"

namespace gramian::cuda {

/// Values that go to the host at a time. Page-locked memory is slow to come by.
inline constexpr int64_t kStagedValues = int64_t{1} << 18;

/// The work that all devices share.
struct Work {
  const CudaUnitRows& a;
  const CudaUnitRows& b;
  const SweepRequest& request;
  SweepShape shape;
  int64_t edge = 0;
  double* dense = nullptr;   // of the result; null where nobody wants it
  double* probed = nullptr;  // the same, a probe each
  std::vector<WorkTile> tiles;
  std::vector<Batch> batches;
  ProbeLists probes;
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> completed{0};  // tiles of the grid
  std::atomic<bool> stop{false};
  std::atomic<bool> handed{false};  // pairs to whoever wants them listed, who cannot forget them

  /// What is proven of every cosine.
  double proven() const { return a.share(0, a.rows()) + b.share(0, b.rows()); }
  int64_t most_in_batch() const {
    int64_t most = 1;
    for (const Batch& batch : batches) most = std::max(most, batch.end - batch.begin);
    return most;
  }
};

/// Where one device finds the rows of both sides, which may be the same.
struct Access {
  Access(Device& device, const Work& work, int64_t panel_rows, int64_t spare)
      : a(device, work.a, panel_rows, spare + (&work.a == &work.b ? 0 : work.b.bytes_wanted(device))) {
    if (&work.a != &work.b) other.emplace(device, work.b, panel_rows, spare);
  }
  RowAccess& b() { return other ? *other : a; }

  RowAccess a;
  std::optional<RowAccess> other;
};

/// One device's hands on the work.
template <class T>
class Worker {
 public:
  Worker(Device& device, Work& work, Access& access)
      : device_(device),
        work_(work),
        access_(access),
        consumers_(device, work.request, work.shape, work.edge, work.proven(), consume_.get()) {
    const int64_t area = work.edge * work.edge;
    if (consumers_.keeps_values() || work.dense != nullptr) {
      staged_size_ = std::min(area, std::max(kStagedValues, work.edge));
    }
    constexpr int64_t kCounts = 64;  // bytes for both sets' counts; what follows stays aligned
    const int64_t listed = PairLists<T>::staging_bytes(work.request, work.edge, work.most_in_batch());
    std::byte* const staging = device.staging(kCounts + listed + staged_size_ * int64_t{sizeof(T)});
    const ListSettings settings{work.shape, work.edge, work.most_in_batch(), reduce_blocks(device.multiprocessors()),
                                work.proven()};
    lists_.emplace(work.request, work.a, work.b, settings, staging + kCounts, work.handed, consume_.get());
    staged_ = reinterpret_cast<T*>(staging + kCounts + listed);
    for (size_t k = 0; k < 2; ++k) sets_[k].count = reinterpret_cast<uint64_t*>(staging) + k;
    for (DeviceBuffer<T>& tile : tiles_) tile = DeviceBuffer<T>(area, "a tile");
    for (Set& set : sets_) {
      if (consumers_.keeps_values()) {
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

  /// Adds what was found to what `state` holds.
  void add_to(SweepState& state) {
    consumers_.add_to(state, consume_.get());
    lists_->add_to(state, consume_.get());
    const std::vector<T> values = on_host(probe_values_, probe_values_.size(), consume_.get());
    for (const int64_t t : done_) {
      for (int64_t p = work_.probes.offsets[static_cast<size_t>(t)];
           p < work_.probes.offsets[static_cast<size_t>(t + 1)]; ++p) {
        const auto at = static_cast<size_t>(p);
        work_.probed[work_.probes.probes[at].index] = static_cast<double>(values[at]);
      }
    }
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
    const RowRun a = access_.a.at(tile.row_begin, form_.get());
    const RowRun b = access_.b().at(tile.col_begin, form_.get());
    consumed_[slot].hold(form_.get());
    // The product has one shape for all tiles, whatever of it is looked at: the library might take another algorithm
    // for another.
    form_tile(device_, work_.a.layout(), a.data, b.data, std::min(work_.a.tile_rows(work_.edge), a.rows),
              std::min(work_.b.tile_rows(work_.edge), b.rows), tiles_[slot].data(), work_.edge, form_.get());
    formed_[slot].record(form_.get());
    formed_[slot].hold(consume_.get());
    return {tiles_[slot].data(),
            work_.edge,
            static_cast<int>(tile.row_end - tile.row_begin),
            static_cast<int>(tile.col_end - tile.col_begin),
            tile.row_begin,
            tile.col_begin,
            tile.diagonal,
            access_.a.scale(),
            access_.b().scale()};
  }

  int number_of(const Set& set) const { return static_cast<int>(&set - sets_); }

  /// After the last reader of the tile that form() gave last.
  void consumed() { consumed_[next_tile_ ^ 1].record(consume_.get()); }

  void keep_into(Set& set, ReduceArguments<T>& arguments) {
    if (!consumers_.keeps_values()) return;
    arguments.brackets.kept = {set.kept.data(), set.kept_count.data(), static_cast<uint64_t>(set.kept.size())};
  }

  void start(Set& set, const Batch& batch) {
    if (consumers_.keeps_values()) fill_bytes(set.kept_count.data(), 0, 1, consume_.get());
    lists_->begin(number_of(set), consume_.get());
    for (int64_t t = batch.begin; t < batch.end; ++t) {
      const Tile& tile = work_.tiles[static_cast<size_t>(t)].tile;
      ReduceArguments<T> arguments = consumers_.arguments(form(tile));
      keep_into(set, arguments);
      arguments.dense = {set.dense.data()};
      const int64_t first = work_.probes.offsets[static_cast<size_t>(t)];
      arguments.probes = {probes_.data() + first, probe_values_.data() + first,
                          work_.probes.offsets[static_cast<size_t>(t + 1)] - first};
      consumers_.reduce(arguments, consume_.get());
      lists_->list(number_of(set), t - batch.begin, arguments.tile, consume_.get());
      consumed();
      consumers_.count_pairs(tile);
      done_.push_back(t);
    }
    if (consumers_.keeps_values()) copy_to_host(set.count, set.kept_count.data(), 1, consume_.get());
    set.done.record(consume_.get());
  }

  void finish(Set& set, const Batch& batch) {
    set.done.synchronize();
    if (work_.dense != nullptr) {
      for (int64_t t = batch.begin; t < batch.end; ++t) copy_dense(set, work_.tiles[static_cast<size_t>(t)].tile);
    }
    if (consumers_.keeps_values()) {
      if (*set.count <= static_cast<uint64_t>(set.kept.size())) {
        take_kept(set);
      } else {
        for (int64_t t = batch.begin; t < batch.end; ++t) keep_again(set, work_.tiles[static_cast<size_t>(t)].tile);
      }
    }
    if (lists_->any()) hand_over_lists(set, batch);
    int64_t completed = 0;
    for (int64_t t = batch.begin; t < batch.end; ++t) {
      completed += work_.tiles[static_cast<size_t>(t)].completes ? 1 : 0;
    }
    work_.completed.fetch_add(completed, std::memory_order_relaxed);
  }

  void hand_over_lists(const Set& set, const Batch& batch) {
    std::vector<Tile> tiles;
    for (int64_t t = batch.begin; t < batch.end; ++t) tiles.push_back(work_.tiles[static_cast<size_t>(t)].tile);
    lists_->finish(number_of(set), tiles, {[&](const Tile& tile) { return form(tile); }, [&] { consumed(); }},
                   consume_.get());
  }

  /// Moves the *set.count values of set.kept to their brackets: one half of the staging memory is copied to while what
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
      consumers_.distribute(place_of(begin), size_at(begin));
    }
  }

  /// A batch kept more than there is room for: its tiles once more, one by one, for which there always is.
  void keep_again(Set& set, const Tile& tile) {
    fill_bytes(set.kept_count.data(), 0, 1, consume_.get());
    ReduceArguments<T> arguments = consumers_.arguments_of_kept(form(tile));
    keep_into(set, arguments);
    consumers_.reduce(arguments, consume_.get());
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
        double* const to = work_.dense + (tile.row_begin + r) * work_.shape.columns + tile.col_begin;
        for (int64_t c = skip; c < tile.col_end - tile.col_begin; ++c) to[c] = static_cast<double>(from[c]);
      }
    }
  }

  Device& device_;
  Work& work_;
  Access& access_;
  // Consuming a tile frees it for the next but one, so this stream goes first where both could.
  Stream form_, consume_{Stream::Priority::high}, copy_;
  Consumers<T> consumers_;
  std::optional<PairLists<T>> lists_;
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

}  // namespace gramian::cuda
