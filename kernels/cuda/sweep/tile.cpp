#include "kernels/cuda/sweep/tile.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/buffers.hpp"
#include "kernels/cuda/sweep/weighted_sums.hpp"

namespace gramian::cuda {
namespace {

/// Chains of `chain` terms from `begin` on, each added to the tile.
template <class In, class Out>
void product_in_chains(Device& device, TileProduct<In, Out> product, int64_t chain, cudaStream_t stream) {
  const In* const a = product.a;
  const In* const b = product.b;
  const int64_t depth = product.k;
  for (int64_t begin = 0; begin < depth; begin += chain) {
    product.a = a + begin;
    product.b = b + begin;
    product.k = std::min(chain, depth - begin);
    device.blas().product(product, stream);
    product.accumulate = true;
  }
}

/// All terms of every product.
template <class In, class Out>
TileProduct<In, Out> whole_product(const FormLayout& layout, const std::byte* a, const std::byte* b, int64_t m,
                                   int64_t n, Out* out, int64_t ld) {
  TileProduct<In, Out> product;
  product.a = reinterpret_cast<const In*>(a);
  product.b = reinterpret_cast<const In*>(b);
  product.lda = product.ldb = layout.elements;
  product.m = m;
  product.n = n;
  product.k = layout.padded;
  product.c = out;
  product.ldc = ld;
  return product;
}

}  // namespace

TileFormer::TileFormer(Device& device, const FormLayout& layout, int64_t edge)
    : device_(device), layout_(layout), edge_(edge), sums_(layout.form == Form::int8 ? 2 * edge * edge : 0, "a tile") {}

void TileFormer::form(const std::byte* a, const std::byte* b, int64_t m, int64_t n, float* out, cudaStream_t stream) {
  if (layout_.form == Form::int8) {
    int32_t* const first = sums_.data();
    int32_t* const second = first + edge_ * edge_;
    // The third sum lies where the tile will.
    auto* const third = reinterpret_cast<int32_t*>(out);
    const int64_t slice = layout_.padded;
    TileProduct<int8_t, int32_t> product = whole_product<int8_t>(layout_, a, b, m, n, first, edge_);
    product.a += 2 * slice;  // high, middle, low; and of b what ends in high, from as many slices before
    const int8_t* const high_of_b = product.b + 2 * slice;
    int32_t* const sums[] = {first, second, third};
    for (int64_t before = 0; before < 3; ++before) {
      product.b = high_of_b - before * slice;
      product.k = (before + 1) * slice;
      product.c = sums[before];
      device_.blas().product(product, stream);
    }
    weigh_sums({first, second, third, m, n, edge_}, out, stream);
    return;
  }
  TileProduct<__half, float> product = whole_product<__half>(layout_, a, b, m, n, out, edge_);
  if (layout_.form == Form::split) {
    // The small terms first: they are summed at their own scale.
    product.alpha = static_cast<float>(1.0 / (kSplitScale * kSplitScale));
    product.k = 2 * layout_.padded;
    TileProduct<__half, float> mixed = product;
    mixed.b += 2 * layout_.padded;
    product_in_chains(device_, mixed, kSplitChain, stream);
    product.a += 4 * layout_.padded;
    product.b += 4 * layout_.padded;
    product.k = layout_.padded;
    product.accumulate = true;
  }
  device_.blas().product(product, stream);
}

void TileFormer::form(const std::byte* a, const std::byte* b, int64_t m, int64_t n, double* out, cudaStream_t stream) {
  product_in_chains(device_, whole_product<double>(layout_, a, b, m, n, out, edge_), kF64Chain, stream);
}

namespace {

template <class T>
void form_trial_tile(Device& device, const FormLayout& layout) {
  constexpr int64_t kEdge = 128;
  const auto rows = zeros<std::byte>(kEdge * layout.bytes, device.stream(), "rows of a trial");
  DeviceBuffer<T> tile(kEdge * kEdge, "a tile");
  TileFormer(device, layout, kEdge).form(rows.data(), rows.data(), kEdge, kEdge, tile.data(), device.stream());
  device.synchronize();
}

}  // namespace

void warm_up(Device& device, const FormLayout& layout) {
  if (!device.first_time({static_cast<int>(layout.form), layout.padded})) return;
  try {
    if (layout.form == Form::f64) {
      form_trial_tile<double>(device, layout);
    } else {
      form_trial_tile<float>(device, layout);
    }
  } catch (const OutOfMemory&) {  // NOLINT(bugprone-empty-catch): whoever needs memory in earnest will say so
  }
}

}  // namespace gramian::cuda
