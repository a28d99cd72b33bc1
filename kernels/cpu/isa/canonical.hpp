#pragma once
// IsaTable's dot and dot_f32, one pair of functions an instruction set; see canonical_loops.hpp.

#include <cstdint>

namespace gramian::cpu {

double canonical_dot_baseline(const double* x, const double* y, int64_t count);
double canonical_dot_f32_baseline(const void* x, const void* y, int64_t count);
double canonical_dot_avx2(const double* x, const double* y, int64_t count);
double canonical_dot_f32_avx2(const void* x, const void* y, int64_t count);
double canonical_dot_avx512(const double* x, const double* y, int64_t count);
double canonical_dot_f32_avx512(const void* x, const void* y, int64_t count);

}  // namespace gramian::cpu
