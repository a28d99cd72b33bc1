#pragma once
// Is a Pearson RSA more than chance, and how sure is its size? Both by resampling inside the Gram products: a replicate
// costs O(n d1 d2), not a pass over the pairs.

#include <cstdint>
#include <vector>

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/space.hpp"

namespace gramian {

/// Products of fewer items than this are always formed in fp64: they cost nothing.
inline constexpr int64_t kSmallInference = 2048;

struct PermutationSettings {
  int64_t permutations = 1000;
  uint64_t seed = 0;
  bool two_sided = false;
  /// The precision of the null's products. In fp32 (single, half) a null correlation is off by less than 1e-7.
  Precision precision = Precision::single;
};

/// Mantel's test (1967): the items of the second space are relabelled at random, which keeps both triangles' values
/// and breaks their link.
struct PermutationTest {
  int64_t permutations = 0;
  /// Permutations whose correlation is at least the observed one (two-sided: in absolute value). Ties count, up to
  /// rounding.
  int64_t reached = 0;
  /// (1 + reached)/(1 + permutations); NaN where the observed correlation is.
  double p_value = 0.0;
  double mean = 0.0;  // of the null correlations
  double sd = 0.0;    // ddof 0
  std::vector<double> null;
};

/// Replicate k's permutation of n items, Fisher-Yates from std::mt19937_64: the same on every machine.
std::vector<int64_t> permutation(int64_t n, uint64_t seed, int64_t replicate);

/// `observed` is rsa(a, b). Only C = Σ yᵢ z_π(i)ᵀ changes under π (see moments.hpp):
///   cov = (2n Σ αᵢ β_π(i) + ‖C‖_F² − nδε)/p − δε/(n−1)²,   αᵢ = μ·yᵢ = (δ − ‖yᵢ‖²)/2 since ‖μ + yᵢ‖ = 1
/// Throws InvalidUsage for permutations < 1, Interrupted.
PermutationTest permutation_test(Space& a, Space& b, const Rsa& observed, const PermutationSettings& settings,
                                 const Progress& progress);

struct BootstrapSettings {
  int64_t replicates = 1000;
  uint64_t seed = 0;
  double confidence = 0.95;
  Precision precision = Precision::single;  // as PermutationSettings; a correlation is off by less than 1e-5
};

/// Percentile interval over items drawn with replacement.
struct BootstrapInterval {
  int64_t replicates = 0;
  /// Replicates without a correlation, since a drawn triangle was constant (very small n); left out.
  int64_t undefined = 0;
  double low = 0.0;
  double high = 0.0;
  double sd = 0.0;             // of the replicates, ddof 0: the bootstrap standard error
  std::vector<double> values;  // one a replicate, NaN where undefined
};

/// Replicate k's draw: how often each of n items is taken in n draws with replacement.
std::vector<int64_t> bootstrap_weights(int64_t n, uint64_t seed, int64_t replicate);

/// With multinomial weights w, Σw = n, a replicate is the weighted Pearson correlation over the pairs i < j of distinct
/// items, each with weight wᵢwⱼ. A drawn item's pairs with its own copies, whose cosine is 1 in both spaces, are left
/// out: they would pull every replicate upwards. With m = Σwᵢyᵢ/n, μ' = μ + m, y' = y − m, C' = Σ wᵢy'ᵢz'ᵢᵀ,
/// δ' = 1 − ‖μ'‖², Q = Σwᵢ² and W = n² − Q:
///   cov = (2n μ'ᵀC'ν' + ‖C'‖_F² − Qδ'ε')/W − Q²δ'ε'/W²
/// and the same for both variances. Throws InvalidUsage for replicates < 1 or a confidence not between 0 and 1,
/// InvalidInput for fewer than 3 items, Interrupted.
BootstrapInterval bootstrap_interval(Space& a, Space& b, const BootstrapSettings& settings, const Progress& progress);

/// Bytes of the rows of both spaces, kept as replicates are drawn from them, and of the products that so many threads
/// form at a time.
double resampling_bytes(const Space& a, const Space& b, Precision precision, int threads);

}  // namespace gramian
