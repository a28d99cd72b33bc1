#pragma once
// The element types of GGML, which GGUF files hold. Layout: https://github.com/ggml-org/ggml, docs/gguf.md and the
// block_* structures of ggml-common.h.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/matrix.hpp"

namespace gramian::host {

/// Values are stored in blocks of `values`, each of `bytes` bytes; a row is a whole number of blocks.
struct GgmlType {
  uint32_t id = 0;
  std::string_view name;  // "Q4_K"
  int64_t values = 1;
  int64_t bytes = 0;
  std::optional<ElementType> plain;  // of types whose values lie as they are
  /// Quantized types have this: it writes the values of `blocks` blocks to `out`, rounded after each operation as the
  /// reference does. Null where that is not supported.
  void (*dequantize)(const std::byte* data, int64_t blocks, float* out) = nullptr;
};

/// Null for a number that stands for no type.
const GgmlType* find_ggml_type(uint32_t id);

}  // namespace gramian::host
