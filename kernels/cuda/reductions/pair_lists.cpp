#include "kernels/cuda/reductions/pair_lists.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "engine/error.hpp"
#include "kernels/cuda/reductions/degree_ends.hpp"

namespace gramian::cuda {
namespace {

/// Entries that a batch may list. Of 16 tiles of 2,048 rows it is one in 32.
constexpr int64_t kRoom = int64_t{1} << 21;
/// Entries that go to the host at a time.
constexpr int64_t kStagedEntries = int64_t{1} << 16;

/// A row of a tile fits, whatever the tile, and never all of one.
int64_t room_for(int64_t edge) { return std::max(edge, std::min(edge * edge / 2, kRoom)); }

bool is_listed(const Reduction& wanted) {
  const auto* const degrees = std::get_if<Degrees>(&wanted);
  return std::holds_alternative<Listed>(wanted) ||
         (degrees != nullptr && (degrees->margin > 0.0 || degrees->certified));
}

int64_t lists_in(const SweepRequest& request) { return std::ranges::count_if(request, is_listed); }

}  // namespace

template <class T>
int64_t PairLists<T>::bytes(const SweepRequest& request, int64_t edge) {
  return lists_in(request) * 2 * room_for(edge) * int64_t{sizeof(DeviceEntry<T>)};
}

template <class T>
int64_t PairLists<T>::staging_bytes(const SweepRequest& request, int64_t edge, int64_t batch) {
  const int64_t lists = lists_in(request);
  const int64_t staged = std::min(kStagedEntries, room_for(edge)) * int64_t{sizeof(DeviceEntry<T>)};
  return lists == 0 ? 0 : staged + lists * 2 * batch * int64_t{sizeof(uint64_t)};
}

template <class T>
PairLists<T>::PairLists(const SweepRequest& request, const UnitRows& a, const UnitRows& b, const ListSettings& settings,
                        std::byte* staging, std::atomic<bool>& handed, cudaStream_t stream)
    : a_(a), b_(b), settings_(settings), handed_(handed) {
  const int64_t room = room_for(settings.edge);
  staged_size_ = std::min(kStagedEntries, room);
  auto* ends = reinterpret_cast<uint64_t*>(staging);
  for (size_t place = 0; place < request.size(); ++place) {
    if (!is_listed(request[place])) continue;
    if (settings.edge > int64_t{UINT16_MAX} + 1) throw Unsupported("pairs are listed of tiles of up to 65,536 rows");
    List list;
    list.place = place;
    list.listed = std::get_if<Listed>(&request[place]);
    std::vector<Interval> intervals;
    if (list.listed != nullptr) {
      intervals = list.listed->intervals;
    } else {
      const DegreeEnds<T> at = degree_ends<T>(std::get<Degrees>(request[place]), settings.proven);
      if (at.open < at.counted)
        intervals.push_back({static_cast<double>(at.open), static_cast<double>(at.last_open())});
    }
    if (std::ssize(intervals) > kMostIntervals) {
      throw Unsupported("a device lists pairs of " + std::to_string(kMostIntervals) + " intervals at most");
    }
    list.intervals = on_device(intervals, stream, "intervals");
    list.below = zeros<uint64_t>(std::ssize(intervals), stream, "intervals");
    for (int set = 0; set < 2; ++set) {
      list.entries[set] = DeviceBuffer<DeviceEntry<T>>(room, "listed pairs");
      list.count[set] = zeros<uint64_t>(1, stream);
      list.ends[set] = ends;
      ends += settings.batch;
    }
    lists_.push_back(std::move(list));
  }
  staged_ = reinterpret_cast<DeviceEntry<T>*>(ends);
}

template <class T>
double PairLists<T>::margin_of(const List& list, const TileView<T>& tile) const {
  if (list.listed == nullptr) return 0.0;
  double margin = list.listed->margin;
  if (list.listed->certified) {
    margin +=
        a_.share(tile.row_begin, tile.row_begin + tile.rows) + b_.share(tile.col_begin, tile.col_begin + tile.cols);
  }
  return margin;
}

template <class T>
ListArguments<T> PairLists<T>::arguments(List& list, int set, const TileView<T>& tile) const {
  ListArguments<T> arguments;
  arguments.tile = tile;
  arguments.row_end = tile.rows;
  arguments.intervals = list.intervals.data();
  arguments.count = static_cast<int>(list.intervals.size());
  arguments.margin = margin_of(list, tile);
  arguments.below = list.below.data();
  arguments.entries = list.entries[set].data();
  arguments.listed = list.count[set].data();
  arguments.room = static_cast<uint64_t>(list.entries[set].size());
  return arguments;
}

template <class T>
void PairLists<T>::begin(int set, cudaStream_t stream) {
  for (List& list : lists_) fill_bytes(list.count[set].data(), 0, 1, stream);
}

template <class T>
void PairLists<T>::list(int set, int64_t number, const TileView<T>& tile, cudaStream_t stream) {
  for (List& list : lists_) {
    if (list.overflowed) continue;
    list_intervals(arguments(list, set, tile), settings_.blocks, stream);
    copy_to_host(list.ends[set] + number, list.count[set].data(), 1, stream);
  }
}

template <class T>
void PairLists<T>::finish(int set, std::span<const Tile> tiles, const Again& again, cudaStream_t stream) {
  for (List& list : lists_) {
    if (list.overflowed) continue;
    const auto room = static_cast<uint64_t>(list.entries[set].size());
    size_t t = 0;
    uint64_t begin = 0;
    for (; t < tiles.size() && list.ends[set][t] <= room; begin = list.ends[set][t++]) {
      TileView<T> tile;
      tile.row_begin = tiles[t].row_begin;
      tile.col_begin = tiles[t].col_begin;
      tile.rows = static_cast<int>(tiles[t].row_end - tiles[t].row_begin);
      tile.cols = static_cast<int>(tiles[t].col_end - tiles[t].col_begin);
      hand_over(list, set, tile, static_cast<int64_t>(begin), static_cast<int64_t>(list.ends[set][t]));
    }
    for (; t < tiles.size() && !list.overflowed; ++t) list_again(list, set, tiles[t], again, stream);
  }
}

template <class T>
void PairLists<T>::list_again(List& list, int set, const Tile& tile, const Again& again, cudaStream_t stream) {
  const TileView<T> view = again.form(tile);
  ListArguments<T> part = arguments(list, set, view);
  part.below = nullptr;
  const auto at_once = static_cast<int>(list.entries[set].size() / view.cols);
  for (int row = 0; row < view.rows && !list.overflowed; row += at_once) {
    part.row_begin = row;
    part.row_end = std::min(view.rows, row + at_once);
    fill_bytes(list.count[set].data(), 0, 1, stream);
    list_intervals(part, settings_.blocks, stream);
    copy_to_host(list.ends[set], list.count[set].data(), 1, stream);
    check(cudaStreamSynchronize(stream), "listed pairs");  // their number is needed to fetch them
    hand_over(list, set, view, 0, static_cast<int64_t>(list.ends[set][0]));
  }
  again.formed();
}

template <class T>
void PairLists<T>::hand_over(List& list, int set, const TileView<T>& tile, int64_t begin, int64_t end) {
  const double margin = margin_of(list, tile);
  for (; begin < end && !list.overflowed; begin += staged_size_) {
    const int64_t count = std::min(staged_size_, end - begin);
    copy_to_host(staged_, list.entries[set].data() + begin, count, copy_.get());
    copy_.synchronize();
    entries_.clear();
    for (int64_t k = 0; k < count; ++k) {
      entries_.push_back({static_cast<double>(staged_[k].cosine), staged_[k].row, staged_[k].column});
    }
    take(list, {tile.row_begin, tile.col_begin, margin, entries_});
  }
}

template <class T>
void PairLists<T>::take(List& list, const Listed::Batch& batch) {
  if (list.listed != nullptr) {
    handed_.store(true, std::memory_order_relaxed);
    list.listed->sink->take(batch);
    return;
  }
  for (const Listed::Entry& entry : batch.entries) list.open.push_back(batch.pair(entry));
  list.overflowed = std::ssize(list.open) > settings_.most_open;
  if (list.overflowed) list.open = {};
}

template <class T>
void PairLists<T>::add_to(SweepState& state, cudaStream_t stream) {
  for (List& list : lists_) {
    if (list.listed != nullptr) {
      Listed::merge(state.of<Listed>(list.place), {on_host(list.below, list.below.size(), stream)});
      continue;
    }
    auto& found = state.of<Degrees>(list.place);
    Degrees::merge(found, {Counts(found.counts.size(), 0), std::move(list.open), list.overflowed});
  }
}

template class PairLists<float>;
template class PairLists<double>;

}  // namespace gramian::cuda
