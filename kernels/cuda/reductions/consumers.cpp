#include "kernels/cuda/reductions/consumers.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace gramian::cuda {
namespace {

constexpr int64_t kCounter = sizeof(uint64_t);

/// Adds what one reduction has found. There is one function for every kind and no other.
struct BytesOf {
  const SweepShape& shape;

  int64_t operator()(const Extremes&) const { return 0; }
  int64_t operator()(const Histogram&) const { return 0; }
  int64_t operator()(const Bracket& bracket) const {
    return bracket.keep == Bracket::Keep::counts ? bracket_slots(bracket, shape.type) * kCounter : 0;
  }
  int64_t operator()(const Probes& probes) const { return std::ssize(probes.pairs) * int64_t{sizeof(DeviceProbe) + 8}; }
  int64_t operator()(const Dense&) const { return 0; }
  int64_t operator()(const Nearest& nearest) const {
    const int64_t entry = shape.type == CosineType::f64 ? sizeof(NeighborKey<double>) : sizeof(NeighborKey<float>);
    return rows_of(shape, nearest.of) * (std::min(nearest.k, others_of(shape, nearest.of)) * entry + 12);
  }
  int64_t operator()(const Degrees& degrees) const { return rows_of(shape, degrees.of) * kCounter; }
  int64_t operator()(const Listed&) const { return 0; }
  int64_t operator()(const RankCounts& ranks) const { return ranks.bins->bins() * kCounter; }
};

}  // namespace

int64_t consumers_bytes(const SweepRequest& request, const SweepShape& shape) {
  int64_t bytes = 0;
  for (const Reduction& reduction : request) bytes += std::visit(BytesOf{shape}, reduction);
  return bytes;
}

template <class T>
Consumers<T>::Consumers(Device& device, const SweepRequest& request, const SweepShape& shape, int64_t tile_edge,
                        double proven, cudaStream_t stream)
    : request_(request),
      shape_(shape),
      tile_edge_(tile_edge),
      proven_(proven),
      blocks_(reduce_blocks(device.multiprocessors())),
      stream_(stream) {
  for (size_t place = 0; place < request.size(); ++place) {
    std::visit([&](const auto& wanted) { want(place, wanted); }, request[place]);
  }
  histograms_.prepare(stream);
  brackets_.prepare(stream);
  degrees_.prepare(stream);
  const bool histograms = std::ranges::any_of(
      request, [](const Reduction& reduction) { return std::holds_alternative<Histogram>(reduction); });
  if (histograms || brackets_.any()) fine_ = zeros<uint64_t>(kFineBins, stream);
}

template <class T>
ReduceArguments<T> Consumers<T>::arguments(const TileView<T>& tile) {
  ReduceArguments<T> arguments;
  arguments.tile = tile;
  arguments.extremes = extremes_.arguments();
  arguments.fine = {fine_.data()};
  arguments.brackets = brackets_.arguments();
  arguments.histograms = histograms_.arguments();
  arguments.ranks = ranks_.arguments();
  arguments.degrees = degrees_.arguments();
  arguments.nearest = nearest_.arguments(tile);
  return arguments;
}

template <class T>
ReduceArguments<T> Consumers<T>::arguments_of_kept(const TileView<T>& tile) {
  ReduceArguments<T> arguments;
  arguments.tile = tile;
  arguments.brackets = brackets_.arguments();
  arguments.brackets.only_kept = true;
  return arguments;
}

template <class T>
void Consumers<T>::reduce(const ReduceArguments<T>& arguments, cudaStream_t stream) {
  reduce_tile(arguments, blocks_, stream);
  if (arguments.nearest.rows.k > 0 || arguments.nearest.columns.k > 0) {
    merge_noted(arguments.nearest.rows, arguments.nearest.columns, arguments.tile, stream);
  }
}

template <class T>
void Consumers<T>::add_to(SweepState& state, cudaStream_t stream) {
  if (fine_.size() > 0) fine_counts_ = on_host(fine_, kFineBins, stream);
  for (size_t place = 0; place < request_.size(); ++place) {
    std::visit([&](const auto& wanted) { add(state, place, wanted); }, request_[place]);
  }
}

template class Consumers<float>;
template class Consumers<double>;

}  // namespace gramian::cuda
