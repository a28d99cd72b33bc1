#define GRAMIAN_VECTOR_BYTES 16
#define GRAMIAN_MICRO_ROWS 4
#define GRAMIAN_MICRO_VECTORS 3

#include "kernels/cpu/isa/canonical.hpp"
#include "kernels/cpu/isa/loops/isa_loops.hpp"

namespace gramian::cpu {

extern const IsaTable kBaselineTable;
constexpr IsaTable kBaselineTable = make_table("baseline", canonical_dot_baseline, canonical_dot_f32_baseline);

}  // namespace gramian::cpu
