#pragma once
// A consumer reduces every tile of cosines while it is in the cache.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/sweep/tiles.hpp"

namespace gramian::cpu {

/// Answers reductions of one kind, or of several that share a pass. All workers of a sweep work on one consumer.
template <class T>
class Consumer {
 public:
  virtual ~Consumer() = default;
  /// Consumes the valid part of `cosines` (leading dimension ld): all of the tile, or j > i on a diagonal one.
  virtual void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) = 0;
  /// Completes what was found, when no worker is left.
  virtual void take() = 0;
};

/// Something that each worker has of its own, made when it is first wanted.
template <class Own>
class PerWorker {
 public:
  explicit PerWorker(int workers) : all_(static_cast<size_t>(workers)) {}

  template <class Make>
  Own& of(int worker, Make make) {
    std::unique_ptr<Own>& own = all_[static_cast<size_t>(worker)];
    if (!own) own = std::make_unique<Own>(make());
    return *own;
  }
  template <class Use>
  void for_each(Use use) {
    for (const std::unique_ptr<Own>& own : all_) {
      if (own) use(*own);
    }
  }

 private:
  std::vector<std::unique_ptr<Own>> all_;
};

/// Calls use(row, first column, first cosine, count) for what is valid of each row of a tile.
template <class T, class Use>
void for_each_row(const Tile& tile, const T* cosines, int64_t ld, Use use) {
  const int64_t width = tile.col_end - tile.col_begin;
  for (int64_t row = tile.row_begin; row < tile.row_end; ++row) {
    const int64_t skip = tile.diagonal ? row + 1 - tile.col_begin : 0;
    if (skip >= width) break;
    use(row, tile.col_begin + skip, cosines + (row - tile.row_begin) * ld + skip, width - skip);
  }
}

}  // namespace gramian::cpu
