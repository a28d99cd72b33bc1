#pragma once
// Twins of kernels/cuda/runtime/tensor_core.cuh, by the PTX manual's words and its tables of fragments ("Asynchronous
// copy", "ldmatrix", "Matrix fragments for mma.m16n8k32").

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace emulation {

/// What one CUDA thread has under way. A copy lands when its group is waited for and no sooner, with the bytes that
/// were there when it began: as late as it may.
struct Copies {
  struct Copy {
    void* to;
    std::array<std::byte, 16> bytes;
  };
  std::vector<Copy> open;
  std::deque<std::vector<Copy>> groups;
};

inline Copies& copies_of_thread() {
  // Many CUDA threads may be fibers of one of the system's.
  static thread_local std::map<std::pair<unsigned, unsigned>, Copies> all;
  return all[{blockIdx.x, threadIdx.x}];
}

inline void copy_async(void* to, const void* from, bool there) {
  Copies::Copy copy{to, {}};
  if (there) std::memcpy(copy.bytes.data(), from, copy.bytes.size());
  copies_of_thread().open.push_back(copy);
}

inline void close_copies() {
  Copies& copies = copies_of_thread();
  copies.groups.push_back(std::move(copies.open));
  copies.open.clear();
}

inline void await_copies(size_t left) {
  Copies& copies = copies_of_thread();
  for (; copies.groups.size() > left; copies.groups.pop_front()) {
    for (const Copies::Copy& copy : copies.groups.front()) std::memcpy(copy.to, copy.bytes.data(), copy.bytes.size());
  }
}

inline void load_matrices(unsigned (&out)[4], const void* row) {
  std::array<uint64_t, 32> rows;
  std::memcpy(rows.data(), warp_exchange("ldmatrix", ~0u, reinterpret_cast<uint64_t>(row)), sizeof rows);
  const auto own = static_cast<size_t>(lane());
  for (size_t m = 0; m < 4; ++m) {
    std::memcpy(&out[m], reinterpret_cast<const std::byte*>(rows[m * 8 + own / 4]) + own % 4 * 4, 4);
  }
}

inline void multiply_add(int (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  std::array<std::array<uint64_t, 32>, 3> words;  // of all lanes: a0 and a1, a2 and a3, b
  const uint64_t own[3] = {a[0] | uint64_t{a[1]} << 32, a[2] | uint64_t{a[3]} << 32, b0 | uint64_t{b1} << 32};
  for (size_t w = 0; w < words.size(); ++w) {
    std::memcpy(words[w].data(), warp_exchange("mma", ~0u, own[w]), sizeof words[w]);
  }
  const auto byte = [](uint64_t pair, size_t word, size_t k) {
    return static_cast<int>(static_cast<int8_t>(pair >> (32 * word + 8 * k)));
  };
  const auto l = static_cast<size_t>(lane());
  for (size_t e = 0; e < 4; ++e) {
    const size_t row = l / 4 + e / 2 * 8;
    const size_t column = l % 4 * 2 + e % 2;
    int sum = 0;
    for (size_t k = 0; k < 32; ++k) {
      // a0: rows 0 to 7, k below 16; a1: rows 8 to 15; a2 and a3: k from 16 on. b0: k below 16.
      const int x = byte(words[k / 16][row % 8 * 4 + k % 16 / 4], row / 8, k % 4);
      const int y = byte(words[2][column * 4 + k % 16 / 4], k / 16, k % 4);
      sum += x * y;
    }
    c[e] += sum;
  }
}

}  // namespace emulation
