#pragma once
// Arrays in the memory of a GPU: matrices that a caller has there, and copies of results for one.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/matrix.hpp"

namespace gramian::host {

/// Why no array on GPU `number` can be used here; empty where it can.
std::string why_no_arrays_on(int number);

/// A matrix where it lies in the memory of GPU `number`: the element of row i and column j stands
/// (i view.row_stride + j column_stride) elements after `view.data`, at an address that is a multiple of its size.
/// `owner` keeps that memory alive. It is copied, on the same GPU, only where columns do not stand side by side or rows
/// do not follow each other. Throws DeviceUnavailable, OutOfMemory.
Matrix matrix_on_gpu(int number, const MatrixView& view, int64_t column_stride, std::shared_ptr<const void> owner);

/// A copy of `bytes` in the memory of GPU `number`, ready to be read. Throws DeviceUnavailable, OutOfMemory.
std::shared_ptr<void> copy_onto_gpu(int number, std::span<const std::byte> bytes);

}  // namespace gramian::host
