#pragma once
// OpenBLAS's own working memory.
//
// Every call takes a buffer of 128 MiB of address space (of which it touches little), one more for each further call at
// the same time. Where there is none to be had OpenBLAS tries again, for ever. Buffers that were had once are kept.

#include <cstdint>

namespace gramian::cpu {

/// Has OpenBLAS take the buffers of `threads` threads now, where address space is limited. Throws OutOfMemory when
/// there is not enough of it.
void reserve_blas_memory(int threads);

/// So many threads leave half of the address space for everything else; 1 at least.
int64_t threads_with_blas_memory();

}  // namespace gramian::cpu
