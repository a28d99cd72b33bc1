#include "tests/support/plain_backend.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/cosines/ordered.hpp"
#include "engine/on_host/row_block.hpp"
#include "engine/on_host/transformed_row.hpp"

namespace gramian::testing {
namespace {

/// Unit rows in fp64; their cosines are rounded to fp32 where no more is promised.
class PlainRows final : public UnitRows {
 public:
  PlainRows(int64_t rows, int64_t dim, CosineType type)
      : values(static_cast<size_t>(rows * dim)), rows_(rows), dim_(dim), type_(type) {}
  int64_t rows() const override { return rows_; }
  int64_t dim() const override { return dim_; }
  CosineType cosine_type() const override { return type_; }
  std::string form() const override { return "plain loops"; }
  double* row(int64_t r) { return values.data() + r * dim_; }
  const double* row(int64_t r) const { return values.data() + r * dim_; }

  std::vector<double> values;

 private:
  int64_t rows_;
  int64_t dim_;
  CosineType type_;
};

/// One cosine after the other goes to one reduction after the other.
class Consumer {
 public:
  Consumer(const SweepRequest& request, const SweepShape& shape, SweepState& state)
      : request_(request), shape_(shape), state_(state) {
    for (const Reduction& reduction : request) {
      const auto* const histogram = std::get_if<Histogram>(&reduction);
      edges_.push_back(histogram == nullptr ? std::vector<double>() : edges_of(*histogram));
    }
  }

  void consume(const Pair& pair, double cosine) {
    for (place_ = 0; place_ < request_.size(); ++place_) {
      std::visit([&]<class Kind>(const Kind& wanted) { add(wanted, pair, cosine, state_.of<Kind>(place_)); },
                 request_[place_]);
    }
  }

 private:
  void add(const Extremes&, const Pair& pair, double x, Extremes::Found& found) const {
    Extremes::merge(found, {x, x, pair, pair});
  }
  void add(const Histogram& wanted, const Pair&, double x, Histogram::Found& found) const {
    if (x < wanted.lo) {
      ++found.below;
    } else if (x > wanted.hi) {
      ++found.above;
    } else {
      const std::vector<double>& edges = edges_[place_];
      const int64_t bin = std::ranges::upper_bound(edges, x) - edges.begin() - 1;
      ++found.counts[static_cast<size_t>(std::min(bin, wanted.bins - 1))];
    }
  }
  void add(const Bracket& wanted, const Pair&, double x, Bracket::Found& found) const {
    if (x < wanted.lo) ++found.below;
    if (x < wanted.lo || x > wanted.hi) return;
    ++found.inside;
    if (wanted.keep == Bracket::Keep::values) {
      std::visit([&]<class T>(std::vector<T>& values) { values.push_back(static_cast<T>(x)); }, found.values);
      return;
    }
    const uint64_t offset = shape_.type == CosineType::f64
                                ? ordered_key(x) - ordered_key(wanted.lo)
                                : ordered_key(static_cast<float>(x)) - ordered_key(static_cast<float>(wanted.lo));
    ++found.counts[static_cast<size_t>(offset >> wanted.shift)];
  }
  void add(const Probes& wanted, const Pair& pair, double x, Probes::Found& found) const {
    const auto [begin, end] = std::equal_range(wanted.pairs.begin(), wanted.pairs.end(), pair);
    for (auto probe = begin; probe != end; ++probe) {
      found.cosines[static_cast<size_t>(probe - wanted.pairs.begin())] = x;
    }
  }
  void add(const Dense&, const Pair& pair, double x, Dense::Found& found) const {
    found.cosines[static_cast<size_t>(pair.i * shape_.columns + pair.j)] = x;
  }
  void add(const Nearest& wanted, const Pair& pair, double x, Nearest::Found& found) const {
    if (wanted.of == Axis::rows) offer(pair.i, {pair.j, x}, found);
    if (shape_.triangle || wanted.of == Axis::columns) offer(pair.j, {pair.i, x}, found);
  }
  void add(const Degrees& wanted, const Pair& pair, double x, Degrees::Found& found) const {
    if (!(x >= wanted.threshold)) return;
    if (wanted.of == Axis::rows) ++found.counts[static_cast<size_t>(pair.i)];
    if (shape_.triangle || wanted.of == Axis::columns) ++found.counts[static_cast<size_t>(pair.j)];
  }
  /// A batch of one.
  void add(const Listed& wanted, const Pair& pair, double x, Listed::Found& found) const {
    bool within = false;
    for (size_t b = 0; b < wanted.intervals.size(); ++b) {
      if (x < wanted.intervals[b].lo - wanted.margin) ++found.below[b];
      within = within || (x >= wanted.intervals[b].lo - wanted.margin && x <= wanted.intervals[b].hi + wanted.margin);
    }
    const Listed::Entry entry{x, 0, 0};
    if (within) wanted.sink->take({pair.i, pair.j, wanted.margin, {&entry, 1}});
  }
  void add(const RankCounts& wanted, const Pair&, double x, RankCounts::Found& found) const {
    ++found.counts[static_cast<size_t>(wanted.bins->bin(x))];
  }

  static void offer(int64_t row, const Neighbor& neighbor, NeighborTable& table) {
    int64_t& held = table.held[static_cast<size_t>(row)];
    const auto begin = table.entries.begin() + row * table.k;
    std::vector<Neighbor> all(begin, begin + held);
    all.push_back(neighbor);
    std::ranges::sort(all, std::less<>());
    held = std::min(table.k, std::ssize(all));
    std::copy_n(all.begin(), held, begin);
  }

  const SweepRequest& request_;
  SweepShape shape_;
  SweepState& state_;
  std::vector<std::vector<double>> edges_;  // of histograms, a reduction
  size_t place_ = 0;                        // of the reduction at hand
};

class PlainBackend final : public Backend {
 public:
  DeviceInfo info() const override { return {"plain", "plain loops", "", 1}; }
  double host_bytes(int64_t rows, int64_t dim, Precision) const override {
    return static_cast<double>(rows) * static_cast<double>(dim) * 8.0;
  }

 private:
  std::unique_ptr<DeviceRows> do_upload(const MatrixView& view, std::span<const int64_t> rows) override {
    return std::make_unique<DeviceRows>(view, rows);
  }

  std::unique_ptr<UnitRows> do_prepare(const DeviceRows& rows, const RowTransform& transform, Precision precision,
                                       const UnitRows*) override {
    const int64_t d = transform.dim(rows.dim());
    const CosineType type = precision == Precision::double_ ? CosineType::f64 : CosineType::f32;
    auto unit = std::make_unique<PlainRows>(rows.rows(), d, type);
    for (int64_t r = 0; r < rows.rows(); ++r) {
      on_host::transformed_row(rows, r, transform, unit->row(r), on_host::dot);
    }
    return unit;
  }

  Tiling do_tiling(const UnitRows&, const UnitRows&) override { return {96, 48}; }

  void do_sweep(const UnitRows& first, const UnitRows& second, const SweepRequest& request, const TileGrid& grid,
                TileRange range, SweepState& state, const Progress& progress) override {
    const auto& a = dynamic_cast<const PlainRows&>(first);
    const auto& b = dynamic_cast<const PlainRows&>(second);
    Consumer consumer(request, shape_of(grid, a.cosine_type()), state);
    for (int64_t t = range.begin; t < range.end; ++t) {
      const Tile tile = grid.at(t);
      for (int64_t i = tile.row_begin; i < tile.row_end; ++i) {
        for (int64_t j = tile.diagonal ? i + 1 : tile.col_begin; j < tile.col_end; ++j) {
          consumer.consume({i, j}, cosine(a, i, b, j));
        }
      }
      progress.step(t + 1 - range.begin, range.end - range.begin);
    }
  }

  static double cosine(const PlainRows& a, int64_t i, const PlainRows& b, int64_t j) {
    double sum = on_host::dot(a.row(i), b.row(j), a.dim());
    if (a.cosine_type() == CosineType::f32) sum = static_cast<double>(static_cast<float>(sum));
    return std::clamp(sum, -1.0, 1.0) + 0.0;  // no negative zero
  }
};

}  // namespace

std::unique_ptr<Backend> make_plain_backend() { return std::make_unique<PlainBackend>(); }

}  // namespace gramian::testing
