#include "engine/on_host/canonical_cosines.hpp"

#include <algorithm>
#include <optional>

#include "engine/threads.hpp"

namespace gramian::on_host {

std::vector<double> canonical_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                      const RowTransform& tb, std::span<const Pair> pairs, const CanonicalDots& dots,
                                      int threads) {
  constexpr int64_t kChunk = 512;
  const int64_t count = std::ssize(pairs);
  // Both sides as stored or neither, since one product is of both.
  CanonicalDots used = dots;
  used.quick_f32 = nullptr;
  const bool same = &a == &b && &ta == &tb;
  if (!same && CanonicalRows::could_take_f32(a, ta, dots) != CanonicalRows::could_take_f32(b, tb, dots)) {
    used.dot_f32 = nullptr;
  }
  // Rows that are asked for more than once on average are kept. Of two sets, as stored: how they are kept might differ.
  const auto often = [&](const DeviceRows& rows) { return count >= 2 * rows.rows(); };
  const bool f32 = CanonicalRows::could_take_f32(a, ta, used);
  if (!same && !f32) used.dot_f32 = nullptr;
  const CanonicalRows left(a, ta, used, often(a), threads);
  std::optional<CanonicalRows> other;
  if (!same) other.emplace(b, tb, used, often(b), threads);
  const CanonicalRows& right = other ? *other : left;
  std::vector<double> cosines(pairs.size());
  parallel_for(threads, (count + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
    const auto begin = static_cast<size_t>(chunk * kChunk);
    const size_t size = std::min(pairs.size() - begin, static_cast<size_t>(kChunk));
    left.with(right, pairs.subspan(begin, size), cosines.data() + begin);
  });
  return cosines;
}

}  // namespace gramian::on_host
