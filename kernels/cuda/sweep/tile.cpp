#include "kernels/cuda/sweep/tile.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/buffers.hpp"

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

void form_tile(Device& device, const FormLayout& layout, const std::byte* a, const std::byte* b, int64_t m, int64_t n,
               float* out, int64_t ld, cudaStream_t stream) {
  TileProduct<__half, float> product = whole_product<__half>(layout, a, b, m, n, out, ld);
  if (layout.form == Form::split) {
    // The small terms first: they are summed at their own scale.
    product.alpha = static_cast<float>(1.0 / (kSplitScale * kSplitScale));
    product.k = 2 * layout.padded;
    TileProduct<__half, float> mixed = product;
    mixed.b += 2 * layout.padded;
    product_in_chains(device, mixed, kSplitChain, stream);
    product.a += 4 * layout.padded;
    product.b += 4 * layout.padded;
    product.accumulate = true;
  }
  device.blas().product(product, stream);
}

void form_tile(Device& device, const FormLayout& layout, const std::byte* a, const std::byte* b, int64_t m, int64_t n,
               double* out, int64_t ld, cudaStream_t stream) {
  product_in_chains(device, whole_product<double>(layout, a, b, m, n, out, ld), kF64Chain, stream);
}

namespace {

template <class T>
void form_trial_tile(Device& device, const FormLayout& layout) {
  constexpr int64_t kEdge = 128;
  const auto rows = zeros<std::byte>(kEdge * layout.bytes, device.stream(), "rows of a trial");
  DeviceBuffer<T> tile(kEdge * kEdge, "a tile");
  form_tile(device, layout, rows.data(), rows.data(), kEdge, kEdge, tile.data(), kEdge, device.stream());
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
