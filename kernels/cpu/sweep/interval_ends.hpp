#pragma once
// Ends of closed intervals as cosines of one type, and the loop over them.

#include "engine/cosines/ordered.hpp"
#include "kernels/cpu/isa/isa.hpp"

namespace gramian::cpu {

/// The largest T that is at most `end`.
template <class T>
T exact_end(double end) {
  return -exact_threshold<T>(-end);
}

inline void loop_intervals(const float* x, int64_t count, IntervalLoop<float>* loop) {
  isa_table().intervals_f32(x, count, loop);
}
inline void loop_intervals(const double* x, int64_t count, IntervalLoop<double>* loop) {
  isa_table().intervals_f64(x, count, loop);
}

}  // namespace gramian::cpu
