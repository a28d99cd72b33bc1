#pragma once

#include <cstdint>

namespace gramian {

/// Type of the cosines that a sweep produces and on which all of its counts and order statistics are exact.
enum class CosineType : uint8_t { f32, f64 };

}  // namespace gramian
