#pragma once
// Instructions of sm_80 and later that CUDA C++ has no words for, as the PTX manual defines them. On the host, their
// twins of tests/emulation.

#include <cuda_runtime.h>

namespace gramian::cuda {

#ifdef __CUDACC__

__device__ __forceinline__ unsigned shared_address(const void* pointer) {
  return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

/// Begins to copy 16 bytes from global to shared memory, or zeros where `there` is false. Both are aligned to 16.
__device__ __forceinline__ void copy_async(void* to, const void* from, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(shared_address(to)), "l"(from),
               "r"(there ? 16 : 0)
               : "memory");
}
/// What this thread began since the last one becomes a group.
__device__ __forceinline__ void close_copies() { asm volatile("cp.async.commit_group;\n" ::: "memory"); }
/// Waits until no more than the kLeft latest groups of this thread are under way.
template <int kLeft>
__device__ __forceinline__ void await_copies() {
  asm volatile("cp.async.wait_group %0;\n" ::"n"(kLeft) : "memory");
}

/// Four matrices of eight rows of 16 bytes; lane 8 m + r has the address of row r of matrix m. Lane l gets bytes
/// 4 (l % 4) to 4 (l % 4) + 3 of row l / 4 of each.
__device__ __forceinline__ void load_matrices(unsigned (&out)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(out[0]), "=r"(out[1]), "=r"(out[2]), "=r"(out[3])
               : "r"(shared_address(row))
               : "memory");
}

/// c (16 x 8, int32) += a (16 x 32, int8) b (32 x 8, int8), in the fragments of mma.m16n8k32.
__device__ __forceinline__ void multiply_add(int (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
               : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#else

inline void copy_async(void* to, const void* from, bool there) { emulation::copy_async(to, from, there); }
inline void close_copies() { emulation::close_copies(); }
template <int kLeft>
void await_copies() {
  emulation::await_copies(kLeft);
}
inline void load_matrices(unsigned (&out)[4], const void* row) { emulation::load_matrices(out, row); }
inline void multiply_add(int (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  emulation::multiply_add(c, a, b0, b1);
}

#endif

}  // namespace gramian::cuda
