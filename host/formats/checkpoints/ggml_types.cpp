#include "host/formats/checkpoints/ggml_types.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace gramian::host {
namespace {

using Bytes = const uint8_t*;

template <class T>
T load(Bytes at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

float load_half(Bytes at) {
  const auto half = load<uint16_t>(at);
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {
    constexpr float kSmallest = 0x1p-24f;
    const float value = static_cast<float>(mantissa) * kSmallest;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | sign);
  }
  const uint32_t biased = exponent == 31 ? 255u : exponent + 112u;
  return std::bit_cast<float>(sign | biased << 23 | mantissa << 13);
}

// Blocks of 32 values. The low nibbles are the first half of the values, the high ones the second.
struct Q4_0 {
  static constexpr int64_t kValues = 32, kBytes = 18;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    for (int i = 0; i < 16; ++i) {
      out[i] = d * static_cast<float>((b[2 + i] & 15) - 8);
      out[16 + i] = d * static_cast<float>((b[2 + i] >> 4) - 8);
    }
  }
};

struct Q4_1 {
  static constexpr int64_t kValues = 32, kBytes = 20;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    const float m = load_half(b + 2);
    for (int i = 0; i < 16; ++i) {
      out[i] = d * static_cast<float>(b[4 + i] & 15) + m;
      out[16 + i] = d * static_cast<float>(b[4 + i] >> 4) + m;
    }
  }
};

// The fifth bits are those of one 32-bit number.
int fifth_bit(uint32_t bits, int i) { return static_cast<int>(bits >> i & 1u) << 4; }

struct Q5_0 {
  static constexpr int64_t kValues = 32, kBytes = 22;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    const auto high = load<uint32_t>(b + 2);
    for (int i = 0; i < 16; ++i) {
      out[i] = d * static_cast<float>(((b[6 + i] & 15) | fifth_bit(high, i)) - 16);
      out[16 + i] = d * static_cast<float>(((b[6 + i] >> 4) | fifth_bit(high, 16 + i)) - 16);
    }
  }
};

struct Q5_1 {
  static constexpr int64_t kValues = 32, kBytes = 24;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    const float m = load_half(b + 2);
    const auto high = load<uint32_t>(b + 4);
    for (int i = 0; i < 16; ++i) {
      out[i] = d * static_cast<float>((b[8 + i] & 15) | fifth_bit(high, i)) + m;
      out[16 + i] = d * static_cast<float>((b[8 + i] >> 4) | fifth_bit(high, 16 + i)) + m;
    }
  }
};

struct Q8_0 {
  static constexpr int64_t kValues = 32, kBytes = 34;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(static_cast<int8_t>(b[2 + i])) * d;
  }
};

// Blocks of 256 values, in 16 groups of 16 or 8 of 32, each with a scale of its own.
struct Q2_K {
  static constexpr int64_t kValues = 256, kBytes = 84;
  static void expand(Bytes b, float* out) {
    const Bytes scales = b;
    const Bytes quants = b + 16;
    const float d = load_half(b + 80);
    const float dmin = load_half(b + 82);
    for (int group = 0; group < 16; ++group) {
      const float scale = d * static_cast<float>(scales[group] & 15);
      const float least = dmin * static_cast<float>(scales[group] >> 4);
      const Bytes q = quants + group / 8 * 32 + group % 2 * 16;
      const int shift = group % 8 / 2 * 2;
      for (int i = 0; i < 16; ++i) *out++ = scale * static_cast<float>(q[i] >> shift & 3) - least;
    }
  }
};

struct Q3_K {
  static constexpr int64_t kValues = 256, kBytes = 110;
  static void expand(Bytes b, float* out) {
    const Bytes third_bits = b;
    const Bytes quants = b + 32;
    const Bytes scales = b + 96;
    const float d = load_half(b + 108);
    for (int group = 0; group < 16; ++group) {
      const int low = scales[group % 8] >> group / 8 * 4 & 15;
      const int high = scales[8 + group % 4] >> group / 4 * 2 & 3;
      const float scale = d * static_cast<float>((low | high << 4) - 32);
      const Bytes q = quants + group / 8 * 32 + group % 2 * 16;
      const Bytes third = third_bits + group % 2 * 16;
      const int shift = group % 8 / 2 * 2;
      const int bit = group / 2;
      // A third bit that is not set means four less.
      for (int i = 0; i < 16; ++i) {
        *out++ = scale * static_cast<float>((q[i] >> shift & 3) - (~third[i] >> bit & 1) * 4);
      }
    }
  }
};

// Eight scales and eight minima of six bits each, in twelve bytes.
struct ScaleMin {
  float scale = 0;
  float least = 0;
};
ScaleMin scale_min(Bytes packed, int group, float d, float dmin) {
  int scale = 0;
  int least = 0;
  if (group < 4) {
    scale = packed[group] & 63;
    least = packed[4 + group] & 63;
  } else {
    scale = (packed[4 + group] & 15) | (packed[group - 4] >> 2 & 0x30);
    least = packed[4 + group] >> 4 | (packed[group] >> 2 & 0x30);
  }
  return {d * static_cast<float>(scale), dmin * static_cast<float>(least)};
}

struct Q4_K {
  static constexpr int64_t kValues = 256, kBytes = 144;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    const float dmin = load_half(b + 2);
    for (int pair = 0; pair < 4; ++pair) {
      const Bytes q = b + 16 + pair * 32;
      const ScaleMin low = scale_min(b + 4, 2 * pair, d, dmin);
      const ScaleMin high = scale_min(b + 4, 2 * pair + 1, d, dmin);
      for (int i = 0; i < 32; ++i) out[i] = low.scale * static_cast<float>(q[i] & 15) - low.least;
      for (int i = 0; i < 32; ++i) out[32 + i] = high.scale * static_cast<float>(q[i] >> 4) - high.least;
      out += 64;
    }
  }
};

struct Q5_K {
  static constexpr int64_t kValues = 256, kBytes = 176;
  static void expand(Bytes b, float* out) {
    const float d = load_half(b);
    const float dmin = load_half(b + 2);
    const Bytes fifth = b + 16;
    for (int pair = 0; pair < 4; ++pair) {
      const Bytes q = b + 48 + pair * 32;
      const ScaleMin low = scale_min(b + 4, 2 * pair, d, dmin);
      const ScaleMin high = scale_min(b + 4, 2 * pair + 1, d, dmin);
      for (int i = 0; i < 32; ++i) {
        out[i] = low.scale * static_cast<float>((q[i] & 15) | (fifth[i] >> 2 * pair & 1) << 4) - low.least;
      }
      for (int i = 0; i < 32; ++i) {
        out[32 + i] = high.scale * static_cast<float>(q[i] >> 4 | (fifth[i] >> (2 * pair + 1) & 1) << 4) - high.least;
      }
      out += 64;
    }
  }
};

struct Q6_K {
  static constexpr int64_t kValues = 256, kBytes = 210;
  static void expand(Bytes b, float* out) {
    const Bytes low_bits = b;
    const Bytes high_bits = b + 128;
    const Bytes scales = b + 192;
    const float d = load_half(b + 208);
    for (int group = 0; group < 16; ++group) {
      const float scale = d * static_cast<float>(static_cast<int8_t>(scales[group]));
      const int within = group % 8;  // of 128 values, whose bits lie together
      const Bytes low = low_bits + group / 8 * 64 + within % 4 * 16;
      const Bytes high = high_bits + group / 8 * 32 + within % 2 * 16;
      const int low_shift = within / 4 * 4;
      const int high_shift = within / 2 * 2;
      for (int i = 0; i < 16; ++i) {
        const int q = (low[i] >> low_shift & 15) | (high[i] >> high_shift & 3) << 4;
        *out++ = scale * static_cast<float>(q - 32);
      }
    }
  }
};

struct Q8_K {
  static constexpr int64_t kValues = 256, kBytes = 292;  // the last 32 are sums that only products need
  static void expand(Bytes b, float* out) {
    const auto d = load<float>(b);
    for (int i = 0; i < 256; ++i) out[i] = d * static_cast<float>(static_cast<int8_t>(b[4 + i]));
  }
};

template <class Block>
void dequantize(const std::byte* data, int64_t blocks, float* out) {
  const auto* bytes = reinterpret_cast<Bytes>(data);
  for (int64_t i = 0; i < blocks; ++i) Block::expand(bytes + i * Block::kBytes, out + i * Block::kValues);
}

template <class Block>
constexpr GgmlType quantized(uint32_t id, std::string_view name) {
  return {id, name, Block::kValues, Block::kBytes, std::nullopt, dequantize<Block>};
}
constexpr GgmlType plain(uint32_t id, std::string_view name, ElementType type, int64_t bytes) {
  return {id, name, 1, bytes, type, nullptr};
}
constexpr GgmlType unsupported(uint32_t id, std::string_view name, int64_t values, int64_t bytes) {
  return {id, name, values, bytes, std::nullopt, nullptr};
}

constexpr GgmlType kTypes[] = {
    plain(0, "F32", ElementType::f32, 4),
    plain(1, "F16", ElementType::f16, 2),
    quantized<Q4_0>(2, "Q4_0"),
    quantized<Q4_1>(3, "Q4_1"),
    quantized<Q5_0>(6, "Q5_0"),
    quantized<Q5_1>(7, "Q5_1"),
    quantized<Q8_0>(8, "Q8_0"),
    unsupported(9, "Q8_1", 32, 40),
    quantized<Q2_K>(10, "Q2_K"),
    quantized<Q3_K>(11, "Q3_K"),
    quantized<Q4_K>(12, "Q4_K"),
    quantized<Q5_K>(13, "Q5_K"),
    quantized<Q6_K>(14, "Q6_K"),
    quantized<Q8_K>(15, "Q8_K"),
    unsupported(16, "IQ2_XXS", 256, 66),
    unsupported(17, "IQ2_XS", 256, 74),
    unsupported(18, "IQ3_XXS", 256, 98),
    unsupported(19, "IQ1_S", 256, 50),
    unsupported(20, "IQ4_NL", 32, 18),
    unsupported(21, "IQ3_S", 256, 110),
    unsupported(22, "IQ2_S", 256, 82),
    unsupported(23, "IQ4_XS", 256, 136),
    plain(24, "I8", ElementType::i8, 1),
    plain(25, "I16", ElementType::i16, 2),
    plain(26, "I32", ElementType::i32, 4),
    plain(27, "I64", ElementType::i64, 8),
    plain(28, "F64", ElementType::f64, 8),
    unsupported(29, "IQ1_M", 256, 56),
    plain(30, "BF16", ElementType::bf16, 2),
    unsupported(34, "TQ1_0", 256, 54),
    unsupported(35, "TQ2_0", 256, 66),
    unsupported(39, "MXFP4", 32, 17),
};

}  // namespace

const GgmlType* find_ggml_type(uint32_t id) {
  const auto* found = std::ranges::find(kTypes, id, &GgmlType::id);
  return found == std::end(kTypes) ? nullptr : found;
}

}  // namespace gramian::host
