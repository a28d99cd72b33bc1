#define GRAMIAN_VECTOR_BYTES 32

#include "kernels/cpu/isa/canonical_loops.hpp"

namespace gramian::cpu {

double canonical_dot_avx2(const double* x, const double* y, int64_t count) { return dot_doubles(x, y, count); }
double canonical_dot_f32_avx2(const void* x, const void* y, int64_t count) { return dot_floats(x, y, count); }

}  // namespace gramian::cpu
