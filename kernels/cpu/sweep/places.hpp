#pragma once
// Cosines that are wanted where they are: every one of them, or those of listed pairs. Each lies in one tile, so workers
// write without asking each other.

#include "engine/reductions/dense.hpp"
#include "engine/reductions/probes.hpp"
#include "kernels/cpu/sweep/consumer.hpp"

namespace gramian::cpu {

template <class T>
class DenseConsumer final : public Consumer<T> {
 public:
  DenseConsumer(int64_t columns, Dense::Found& found) : columns_(columns), found_(found) {}
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override {}

 private:
  int64_t columns_;
  Dense::Found& found_;
};

template <class T>
class ProbeConsumer final : public Consumer<T> {
 public:
  ProbeConsumer(const Probes& wanted, Probes::Found& found) : wanted_(wanted), found_(found) {}
  void consume(int worker, const Tile& tile, const T* cosines, int64_t ld) override;
  void take() override {}

 private:
  const Probes& wanted_;
  Probes::Found& found_;
};

}  // namespace gramian::cpu
