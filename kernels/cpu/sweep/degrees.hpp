#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "engine/reductions/degrees.hpp"
#include "kernels/cpu/rows/unit_rows.hpp"
#include "kernels/cpu/sweep/consumer.hpp"

namespace gramian::cpu {

template <class T>
class DegreeConsumer final : public Consumer<T> {
 public:
  DegreeConsumer(const Degrees& wanted, const SweepShape& shape, const CpuUnitRows& a, const CpuUnitRows& b,
                 int64_t tile_edge, int workers, Degrees::Found& found);
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override;

 private:
  using Counter = std::conditional_t<std::is_same_v<T, double>, int64_t, int32_t>;
  struct Own {
    Counts counts;                 // a row
    std::vector<Counter> columns;  // of the tile at hand
    std::vector<uint16_t> within;
    std::vector<uint32_t> at;
    std::vector<Pair> open;
    bool overflowed = false;
  };

  /// What counts, and what is listed: the same where there is no margin.
  struct Ends {
    T counted;
    T open;
  };
  Ends ends(double margin) const;
  void hand_over(Own& own) const;
  void list_open(Own& own, const Ends& ends, int64_t row, int64_t column, const T* x, int64_t count) const;

  const Degrees& wanted_;
  const CpuUnitRows& a_;
  const CpuUnitRows& b_;
  bool of_rows_, of_columns_;
  int64_t tile_edge_;
  Degrees::Found& found_;
  PerWorker<Own> workers_;
};

}  // namespace gramian::cpu
