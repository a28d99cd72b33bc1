#pragma once
// The one data layout of the CPU backend. Rows are grouped into panels of kPanel; panel p, at step k of the inner
// dimension, holds kPanel neighbouring values:
//
//   element (row r, k)  ->  data[(r / kPanel * depth + k) * kPanel + r % kPanel]
//
// so that a panel serves as either operand of a tile product and the whole matrix is packed once, not once a tile.
// Rows beyond the last are zero. The int16 form pairs neighbouring k: two values for each (row, k / 2).
//
// The forms of int8 parts are laid out for tile registers, as both operands: a panel is groups of 16 rows, each of
// which lies there as rows and then again as columns. Either is blocks of kInt8Columns columns, each a tile a part, so
// that a product reads both from their beginning to their end:
//
//   rows      (r, k)  ->  byte r % 16 * 64 + k % 64
//   columns   (r, k)  ->  byte k % 64 / 4 * 64 + r % 16 * 4 + k % 4

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "kernels/cpu/isa/panel_size.hpp"

namespace gramian::cpu {

inline int64_t panel_count(int64_t rows) { return (rows + kPanel - 1) / kPanel; }

/// Cache-line aligned, uninitialized.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(int64_t size)
      : size_(size),
        data_(static_cast<T*>(::operator new (static_cast<size_t>(size) * sizeof(T), std::align_val_t{64}))) {}
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  int64_t size_ = 0;
  std::unique_ptr<T, Free> data_;
};

}  // namespace gramian::cpu
