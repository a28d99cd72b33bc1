#include "kernels/cpu/sweep/sweep.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "engine/reductions/fine_counts.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/sweep/counted.hpp"
#include "kernels/cpu/sweep/degrees.hpp"
#include "kernels/cpu/sweep/listed.hpp"
#include "kernels/cpu/sweep/neighbors.hpp"
#include "kernels/cpu/sweep/places.hpp"
#include "kernels/cpu/sweep/rank_counts.hpp"
#include "kernels/cpu/sweep/tile.hpp"

namespace gramian::cpu {
namespace {

template <class Kind>
bool holds(const Reduction& reduction) {
  return std::holds_alternative<Kind>(reduction);
}

bool counts_on_fine_grid(const Reduction& reduction) {
  return holds<Histogram>(reduction) && on_fine_grid(std::get<Histogram>(reduction));
}

/// A consumer for every reduction that is asked for.
template <class T>
class Consumers {
 public:
  Consumers(const CpuUnitRows& a, const CpuUnitRows& b, const SweepRequest& request, const TileGrid& grid, int workers)
      : a_(a),
        b_(b),
        shape_(shape_of(grid, a.cosine_type())),
        tile_edge_(grid.edge()),
        workers_(workers),
        counts_fine_(std::ranges::any_of(request, counts_on_fine_grid)),
        lists_(std::ranges::count_if(request, [](const Reduction& each) { return holds<Listed>(each); })) {}

  void add(const Extremes& wanted, Extremes::Found& found) { counted().add(wanted, found); }
  void add(const Histogram& wanted, Histogram::Found& found) { counted().add(wanted, found); }
  void add(const Bracket& wanted, Bracket::Found& found) { counted().add(wanted, found); }
  void add(const Probes& wanted, Probes::Found& found) { make<ProbeConsumer<T>>(wanted, found); }
  void add(const Dense&, Dense::Found& found) { make<DenseConsumer<T>>(shape_.columns, found); }
  void add(const Nearest& wanted, Nearest::Found& found) {
    if (nearest_ == nullptr) nearest_ = &make<NearestConsumer<T>>(shape_, tile_edge_, workers_);
    nearest_->add(wanted, found);
  }
  void add(const Degrees& wanted, Degrees::Found& found) {
    make<DegreeConsumer<T>>(wanted, shape_, a_, b_, tile_edge_, workers_, found);
  }
  void add(const Listed& wanted, Listed::Found& found) {
    if (counts_fine_ && lists_ == 1 && worth_fine_grid(wanted)) {
      const double proven = wanted.certified ? a_.share(0, a_.rows()) + b_.share(0, b_.rows()) : 0.0;
      counted().add(wanted, wanted.margin + proven, found);
      return;
    }
    make<ListedConsumer<T>>(wanted, a_, b_, tile_edge_, workers_, found);
  }
  void add(const RankCounts& wanted, RankCounts::Found& found) { make<RankCountConsumer<T>>(wanted, workers_, found); }

  void start() {
    if (counted_ != nullptr) counted_->start();
  }
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) {
    for (const auto& consumer : all_) consumer->consume(worker, tile, cosines, ld);
  }
  void take() {
    for (const auto& consumer : all_) consumer->take();
  }

 private:
  template <class Kind, class... Arguments>
  Kind& make(Arguments&&... arguments) {
    auto consumer = std::make_unique<Kind>(std::forward<Arguments>(arguments)...);
    Kind& made = *consumer;
    all_.push_back(std::move(consumer));
    return made;
  }
  CountedConsumer<T>& counted() {
    if (counted_ == nullptr) counted_ = &make<CountedConsumer<T>>(tile_edge_, workers_);
    return *counted_;
  }

  const CpuUnitRows& a_;
  const CpuUnitRows& b_;
  SweepShape shape_;
  int64_t tile_edge_;
  int workers_;
  bool counts_fine_;
  int64_t lists_;
  std::vector<std::unique_ptr<Consumer<T>>> all_;
  CountedConsumer<T>* counted_ = nullptr;
  NearestConsumer<T>* nearest_ = nullptr;
};

template <class T>
void run(const CpuUnitRows& a, const CpuUnitRows& b, const SweepRequest& request, const TileGrid& grid, TileRange range,
         SweepState& state, int threads, const Progress& progress) {
  const int64_t edge = grid.edge();
  Consumers<T> consumers(a, b, request, grid, threads);
  for (size_t place = 0; place < request.size(); ++place) {
    std::visit([&]<class Kind>(const Kind& wanted) { consumers.add(wanted, state.of<Kind>(place)); }, request[place]);
  }
  consumers.start();
  PerWorker<AlignedBuffer<T>> tiles(threads);
  const int64_t count = range.end - range.begin;
  parallel_for(
      threads, count,
      [&](int64_t item, int worker) {
        T* const cosines = tiles.of(worker, [&] { return AlignedBuffer<T>(edge * edge); }).data();
        const Tile tile = grid.at(range.begin + item);
        form_tile(a, b, tile, cosines, edge);
        consumers.consume(worker, tile, cosines, edge);
      },
      [&](int64_t done) { progress.step(done, count); });
  consumers.take();
}

}  // namespace

int64_t preferred_tile_edge(CosineType type) {
  // The tile and a chunk of each operand stay in L2: edge² + 2 edge kChain elements, in three quarters of it.
  const long reported = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
  const int64_t cache = std::clamp<int64_t>(reported > 0 ? reported : 0, 256 << 10, 2 << 20) / 4 * 3;
  const int64_t size = type == CosineType::f64 ? 8 : 4;
  int64_t edge = 2 * kPanel;
  while ((edge + kPanel) * (edge + kPanel + 2 * kChain) * size <= cache) edge += kPanel;
  return edge;
}

void sweep(const CpuUnitRows& a, const CpuUnitRows& b, const SweepRequest& request, const TileGrid& grid,
           TileRange range, SweepState& state, int threads, const Progress& progress) {
  if (a.cosine_type() == CosineType::f64) {
    run<double>(a, b, request, grid, range, state, threads, progress);
  } else {
    run<float>(a, b, request, grid, range, state, threads, progress);
  }
}

}  // namespace gramian::cpu
