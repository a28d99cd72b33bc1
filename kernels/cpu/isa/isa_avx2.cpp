#define GRAMIAN_VECTOR_BYTES 32
#define GRAMIAN_MICRO_ROWS 4
#define GRAMIAN_MICRO_VECTORS 3

#include "kernels/cpu/isa/canonical.hpp"
#include "kernels/cpu/isa/loops/isa_loops.hpp"

namespace gramian::cpu {

extern const IsaTable kAvx2Table;
constexpr IsaTable kAvx2Table = make_table("avx2", canonical_dot_avx2, canonical_dot_f32_avx2);

}  // namespace gramian::cpu
