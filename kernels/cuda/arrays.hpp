#pragma once
// Arrays that lie in the memory of a CUDA device: those of a caller, and copies made for one. No function here changes
// the calling thread's device.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/matrix.hpp"

namespace gramian::cuda {

/// The element of row i and column j stands (i row_stride + j column_stride) elements after `data`, at an address that
/// is a multiple of its size.
struct DeviceArray {
  const std::byte* data = nullptr;
  ElementType type = ElementType::f32;
  int64_t rows = 0;
  int64_t cols = 0;
  int64_t row_stride = 0;
  int64_t column_stride = 1;
  int device = 0;                     // CUDA's number
  std::shared_ptr<const void> owner;  // keeps the memory alive
};

/// A matrix of it, where it lies: `view.device` is set. Where columns do not stand side by side, or rows do not follow
/// each other, it is of a copy in the same device's memory. Throws DeviceUnavailable, OutOfMemory.
Matrix matrix_of(const DeviceArray& array);

/// Copies `bytes`, which may be none, into memory of a device. Throws DeviceUnavailable, OutOfMemory.
std::shared_ptr<void> copy_onto(int device, std::span<const std::byte> bytes);

}  // namespace gramian::cuda
