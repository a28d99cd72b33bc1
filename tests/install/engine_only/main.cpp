// The engine by itself: values in memory, the CPU, no file and no text.
#include <cmath>
#include <cstdio>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/space.hpp"
#include "kernels/cpu/backend.hpp"

int main() {
  const gramian::Matrix matrix = gramian::make_matrix(std::vector<float>{3, 0, 4, 0, 5, 12, 4, 0, -3}, 3, 3);
  const auto cpu = gramian::cpu::make_backend({});
  gramian::Space space(*cpu, matrix.view);
  gramian::Asked extremes(gramian::Extremes{});
  gramian::SweepAnalysis* const all[] = {&extremes};
  gramian::run_sweeps(space, gramian::Precision::double_, all, 0, {});
  std::printf("least %g, largest %g\n", extremes.found().min, extremes.found().max);
  return std::abs(extremes.found().max - 48.0 / 65.0) < 1e-14 ? 0 : 1;
}
