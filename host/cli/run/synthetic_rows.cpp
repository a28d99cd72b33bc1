#include "host/cli/run/synthetic_rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>

#include "engine/error.hpp"
#include "engine/random.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/formats/files/parallel.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): a stream a row needs a generator that is cheap to start.
class Generator {
 public:
  Generator(uint64_t seed, uint64_t stream) : state_(split_mix(seed + kSplitMixStep) ^ split_mix(stream * kSplitMixStep + 1)) {}
  uint64_t operator()() { return split_mix(state_ += kSplitMixStep); }
  /// In (0, 1].
  double uniform() { return static_cast<double>(((*this)() >> 11) + 1) * 0x1p-53; }

 private:
  uint64_t state_;
};

/// Calls use(k, g) for k = 0 ... count - 1 with independent normal variates g (Box and Muller).
template <class Use>
void normals(Generator& generator, int64_t count, const Use& use) {
  for (int64_t k = 0; k < count; k += 2) {
    const double radius = std::sqrt(-2.0 * std::log(generator.uniform()));
    const double angle = 2.0 * std::numbers::pi * generator.uniform();
    use(k, radius * std::cos(angle));
    if (k + 1 < count) use(k + 1, radius * std::sin(angle));
  }
}

}  // namespace

SyntheticRows::SyntheticRows(int64_t dim, double mean_cosine, uint64_t seed)
    : dim_(dim), own_(std::sqrt((1.0 - mean_cosine) / static_cast<double>(dim))), seed_(seed) {
  if (!(mean_cosine >= 0.0 && mean_cosine <= 1.0)) {
    throw InvalidUsage("--mean-cosine " + host::shortest(mean_cosine) + ": must be from 0 to 1");
  }
  common_.resize(static_cast<size_t>(dim));
  Generator generator(seed, ~uint64_t{0});
  double square = 0.0;
  normals(generator, dim, [&](int64_t k, double g) {
    common_[static_cast<size_t>(k)] = g;
    square += g * g;
  });
  for (double& x : common_) x *= std::sqrt(mean_cosine / square);
}

template <class T>
void SyntheticRows::fill(int64_t index, T* out) const {
  Generator generator(seed_, static_cast<uint64_t>(index));
  normals(generator, dim_,
          [&](int64_t k, double g) { out[k] = static_cast<T>(common_[static_cast<size_t>(k)] + own_ * g); });
}

void SyntheticRows::row(int64_t index, float* out) const { fill(index, out); }
void SyntheticRows::row(int64_t index, double* out) const { fill(index, out); }

template <class T>
void SyntheticRows::rows(int64_t begin, int64_t count, T* out, int threads) const {
  constexpr int64_t kPiece = 64;
  host::for_each_piece((count + kPiece - 1) / kPiece, threads, [&](int64_t piece) {
    check_interrupt();
    for (int64_t i = piece * kPiece; i < std::min(count, (piece + 1) * kPiece); ++i) row(begin + i, out + i * dim_);
  });
}

template void SyntheticRows::rows(int64_t, int64_t, float*, int) const;
template void SyntheticRows::rows(int64_t, int64_t, double*, int) const;

uint16_t half_bits(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude >= 0x47800000u) {  // 65536 and more, infinity, NaN
    return static_cast<uint16_t>(sign | (magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u));
  }
  if (magnitude < 0x38800000u) {  // below 2^-14: subnormal, steps of 2^-24
    const float steps = std::nearbyint(std::bit_cast<float>(magnitude) * 0x1p24f);
    return static_cast<uint16_t>(sign | static_cast<uint32_t>(steps));
  }
  const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23);
  return static_cast<uint16_t>(sign | (rounded >> 13));
}

}  // namespace gramian::cli
