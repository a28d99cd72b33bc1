#pragma once
// Pairs that a sweep lists: what Listed asks for, and what Degrees leave open.
//
// Every list has a buffer on the device for each of the two batches under way, of a size that does not depend on the
// data. The tiles of a batch add to it one after the other, and how far each has come is noted. Those that found room
// are handed over; the others are gone through again, a few rows at a time, for which there always is.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/rows.hpp"
#include "engine/sweep/sweep.hpp"
#include "engine/sweep/tiles.hpp"
#include "kernels/cuda/reductions/intervals.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/runtime/handles.hpp"

namespace gramian::cuda {

/// How a sweep's tiles are dealt with.
struct ListSettings {
  SweepShape shape;
  int64_t edge = 0;     // of tiles
  int64_t batch = 1;    // tiles in one, at most
  int64_t blocks = 1;   // that go over a tile
  double proven = 0.0;  // what is proven of every cosine of the rows at hand
  int64_t most_open = Degrees::kMostOpen;
};

template <class T>
class PairLists {
 public:
  /// Calls back for a tile that found no room: `form` forms it once more, and `formed` is told when it was read.
  struct Again {
    std::function<TileView<T>(const Tile& tile)> form;
    std::function<void()> formed;
  };

  /// `staging`: staging_bytes of page-locked memory. `handed` is set before the first pair is handed to anyone.
  PairLists(const SweepRequest& request, const UnitRows& a, const UnitRows& b, const ListSettings& settings,
            std::byte* staging, std::atomic<bool>& handed, cudaStream_t stream);
  /// Memory of a device, and page-locked memory, that the lists of a request take.
  static int64_t bytes(const SweepRequest& request, int64_t edge);
  static int64_t staging_bytes(const SweepRequest& request, int64_t edge, int64_t batch);

  bool any() const { return !lists_.empty(); }
  /// Begins a batch in set 0 or 1.
  void begin(int set, cudaStream_t stream);
  /// Lists what lies in the batch's tile `number`.
  void list(int set, int64_t number, const TileView<T>& tile, cudaStream_t stream);
  /// Hands over what the batch has listed, when all of it is done. What is done again is on `stream`.
  void finish(int set, std::span<const Tile> tiles, const Again& again, cudaStream_t stream);
  /// Adds all that was not handed over to what `state` holds. Waits for `stream`; call once.
  void add_to(SweepState& state, cudaStream_t stream);

 private:
  struct List {
    size_t place = 0;                  // in the request
    const Listed* listed = nullptr;    // else of degrees
    DeviceBuffer<Interval> intervals;  // of degrees: open ones, with their margins
    DeviceBuffer<uint64_t> below;
    DeviceBuffer<DeviceEntry<T>> entries[2];
    DeviceBuffer<uint64_t> count[2];
    uint64_t* ends[2] = {};  // page-locked; how many were listed after each tile
    std::vector<Pair> open;  // of degrees
    bool overflowed = false;
  };

  double margin_of(const List& list, const TileView<T>& tile) const;
  ListArguments<T> arguments(List& list, int set, const TileView<T>& tile) const;
  void list_again(List& list, int set, const Tile& tile, const Again& again, cudaStream_t stream);
  /// Entries [begin, end) of the set, all of `tile`.
  void hand_over(List& list, int set, const TileView<T>& tile, int64_t begin, int64_t end);
  void take(List& list, const Listed::Batch& batch);

  const UnitRows& a_;
  const UnitRows& b_;
  ListSettings settings_;
  std::atomic<bool>& handed_;
  Stream copy_;
  DeviceEntry<T>* staged_ = nullptr;  // page-locked, on the way to the host
  int64_t staged_size_ = 0;
  std::vector<List> lists_;
  std::vector<Listed::Entry> entries_;
};

}  // namespace gramian::cuda
