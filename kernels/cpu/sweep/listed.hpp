#pragma once

#include <cstdint>
#include <vector>

#include "engine/reductions/listed.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"
#include "kernels/cpu/sweep/consumer.hpp"

namespace gramian::cpu {

/// Hands over what lies in intervals, panel of rows by panel of rows.
template <class T>
class ListedConsumer final : public Consumer<T> {
 public:
  ListedConsumer(const Listed& wanted, const CpuUnitRows& a, const CpuUnitRows& b, int64_t tile_edge, int workers,
                 Listed::Found& found)
      : wanted_(wanted), a_(a), b_(b), tile_edge_(tile_edge), found_(found), workers_(workers) {}
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override;

 private:
  struct Own {
    Counts below;
    std::vector<T> lo, hi;
    std::vector<uint16_t> within;
    std::vector<uint32_t> at;
    std::vector<Listed::Entry> entries;
  };

  Own make() const;
  /// `count` values from (row, column) of the tile on: a piece of one row, or whole rows `width` wide.
  void list(Own& own, int64_t row, int64_t column, int64_t width, const T* x, int64_t count) const;

  const Listed& wanted_;
  const CpuUnitRows& a_;
  const CpuUnitRows& b_;
  int64_t tile_edge_;
  Listed::Found& found_;
  PerWorker<Own> workers_;
};

}  // namespace gramian::cpu
