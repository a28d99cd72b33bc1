#pragma once
// An element of stored rows as a number.

#include <cuda_fp16.h>

#include "kernels/cuda/rows/transform.hpp"

namespace gramian::cuda {

template <class T>
__device__ double read_as(const std::byte* bytes, int64_t at) {
  return static_cast<double>(reinterpret_cast<const T*>(bytes)[at]);
}

/// Exact for every type of at most 53 significant bits.
__device__ inline double read_element(const StoredRows& rows, int64_t at) {
  switch (rows.type) {
    case ElementType::f64:
      return read_as<double>(rows.bytes, at);
    case ElementType::f32:
      return read_as<float>(rows.bytes, at);
    case ElementType::f16:
      return static_cast<double>(__half2float(__ushort_as_half(reinterpret_cast<const uint16_t*>(rows.bytes)[at])));
    case ElementType::bf16:
      return static_cast<double>(
          __uint_as_float(static_cast<unsigned>(reinterpret_cast<const uint16_t*>(rows.bytes)[at]) << 16));
    case ElementType::i8:
      return read_as<int8_t>(rows.bytes, at);
    case ElementType::u8:
      return read_as<uint8_t>(rows.bytes, at);
    case ElementType::i16:
      return read_as<int16_t>(rows.bytes, at);
    case ElementType::u16:
      return read_as<uint16_t>(rows.bytes, at);
    case ElementType::i32:
      return read_as<int32_t>(rows.bytes, at);
    case ElementType::u32:
      return read_as<uint32_t>(rows.bytes, at);
    case ElementType::i64:
      return read_as<int64_t>(rows.bytes, at);
    case ElementType::u64:
      return read_as<uint64_t>(rows.bytes, at);
  }
  return 0.0;
}

}  // namespace gramian::cuda
