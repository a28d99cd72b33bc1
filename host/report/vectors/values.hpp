#pragma once
// Numbers as files of vectors hold them.

#include <cstdint>
#include <string>

#include "engine/matrix.hpp"

namespace gramian::host {

/// Nearest binary16 and bfloat16, ties to even: their bits. Infinite beyond their range.
uint16_t f16_bits(double value);
uint16_t bf16_bits(double value);

/// Appends the little-endian bytes of the nearest number of `type` (f64, f32, f16 or bf16).
/// Throws InvalidInput for one beyond its range.
void append_binary(std::string& bytes, double value, ElementType type);

/// Appends the shortest decimals that read back as the nearest number of `type` (f64 or f32). Throws InvalidInput for
/// one beyond its range.
void append_decimal(std::string& text, double value, ElementType type);

}  // namespace gramian::host
