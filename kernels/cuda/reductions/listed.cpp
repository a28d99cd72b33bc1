#include "kernels/cuda/reductions/listed.hpp"

#include <algorithm>
#include <utility>

#include "kernels/cuda/reductions/degree_ends.hpp"
#include "kernels/cuda/reductions/reduce.hpp"

namespace gramian::cuda {

template <class T>
void ExtremesOnDevice<T>::want(int64_t blocks, cudaStream_t stream) {
  blocks_ = DeviceBuffer<BlockExtremes<T>>(blocks, "extremes");
  forget_extremes(blocks_.data(), blocks, stream);
}

template <class T>
void ExtremesOnDevice<T>::add_to(Extremes::Found& found, cudaStream_t stream) const {
  for (const BlockExtremes<T>& block : on_host(blocks_, blocks_.size(), stream)) {
    if (block.min > block.max) continue;  // this block has seen none
    Extremes::merge(found, {static_cast<double>(block.min),
                            static_cast<double>(block.max),
                            {block.min_i, block.min_j},
                            {block.max_i, block.max_j}});
  }
}

void RanksOnDevice::want(const RankCounts& ranks, cudaStream_t stream) {
  cells_ = on_device(ranks.bins->cells(), stream, "rank bins");
  counts_ = zeros<uint64_t>(ranks.bins->bins(), stream, "rank bins");
}

void RanksOnDevice::add_to(RankCounts::Found& found, cudaStream_t stream) const {
  RankCounts::merge(found, {on_host(counts_, counts_.size(), stream)});
}

template <class T>
void DegreesOnDevice<T>::want(size_t place, const Degrees& degrees, const SweepShape& shape, double proven,
                              cudaStream_t stream) {
  wanted_.push_back({place, zeros<uint64_t>(rows_of(shape, degrees.of), stream, "degrees")});
  uint64_t* const counts = wanted_.back().counts.data();
  const T threshold = degree_ends<T>(degrees, proven).counted;
  if (shape.triangle) {
    listed_.push_back({threshold, counts, counts});
    return;
  }
  const auto side = degrees.of == Axis::rows ? &DeviceDegrees<T>::of_rows : &DeviceDegrees<T>::of_columns;
  const auto is_free = [&](const DeviceDegrees<T>& each) {
    return each.threshold == threshold && each.*side == nullptr;
  };
  auto mine = std::ranges::find_if(listed_, is_free);
  if (mine == listed_.end()) mine = listed_.insert(mine, {threshold, nullptr, nullptr});
  (*mine).*side = counts;
}

template <class T>
void DegreesOnDevice<T>::add_to(Degrees::Found& found, size_t place, cudaStream_t stream) const {
  const Wanted& each = *std::ranges::find(wanted_, place, &Wanted::place);
  Degrees::merge(found, {on_host(each.counts, each.counts.size(), stream), {}, false});
}

template <class T>
void NearestOnDevice<T>::want(const Nearest& nearest, const SweepShape& shape, int64_t tile_edge, cudaStream_t stream) {
  triangle_ = shape.triangle;
  const int64_t k = std::min(nearest.k, others_of(shape, nearest.of));
  const int64_t rows = rows_of(shape, nearest.of);
  if (k > 0 && rows > 0) (nearest.of == Axis::rows ? rows_ : columns_).emplace(rows, k, tile_edge, stream);
}

template <class T>
NearestArguments<T> NearestOnDevice<T>::arguments(const TileView<T>& tile) {
  NearestArguments<T> arguments;
  if (rows_) arguments.rows = rows_->view();
  if (columns_) arguments.columns = columns_->view();
  if (triangle_ && rows_) arguments.columns = rows_->view(!tile.diagonal);
  return arguments;
}

template <class T>
void NearestOnDevice<T>::add_to(Nearest::Found& found, const Nearest& nearest, cudaStream_t stream) const {
  const std::optional<NeighborLists<T>>& lists = nearest.of == Axis::rows ? rows_ : columns_;
  if (lists) Nearest::merge(found, lists->table(stream));
}

template class ExtremesOnDevice<float>;
template class ExtremesOnDevice<double>;
template class DegreesOnDevice<float>;
template class DegreesOnDevice<double>;
template class NearestOnDevice<float>;
template class NearestOnDevice<double>;

}  // namespace gramian::cuda
