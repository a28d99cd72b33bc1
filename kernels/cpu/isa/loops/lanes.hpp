#pragma once
// A vector of GRAMIAN_VECTOR_BYTES, which the including isa_*.cpp defines. See isa_loops.hpp.

#include <stdint.h>

namespace gramian::cpu {
namespace {

template <class T>
struct Lanes {
  static constexpr int kCount = GRAMIAN_VECTOR_BYTES / static_cast<int>(sizeof(T));
  typedef T Vector __attribute__((vector_size(GRAMIAN_VECTOR_BYTES)));
  typedef T Unaligned __attribute__((vector_size(GRAMIAN_VECTOR_BYTES), aligned(sizeof(T)), may_alias));
};

}  // namespace
}  // namespace gramian::cpu
