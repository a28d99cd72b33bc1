#pragma once
// Every tolerance of the tests, each with the largest error that was measured. Absolute unless a comment says relative.

#include <cstdio>
#include <string>

#include "engine/backend.hpp"

namespace gramian::testing {

/// The promises of the specification on every cosine. Measured, over all data, dimensions and instruction sets: double
/// 2.1e-15 (outlier dimensions, d = 4096), single 4.8e-7 (rows of +1 and -1, d = 33; 2.3e-7 on other data), half 5.5e-5
/// (gaussian, d = 48).
constexpr double promise(Precision precision) {
  switch (precision) {
    case Precision::double_:
      return 1e-14;
    case Precision::half:
      return 5e-4;
    case Precision::single:
      break;
  }
  return 1e-6;
}

/// Mean and standard deviation of all cosines. Measured: 1.8e-15.
inline constexpr double kMomentTolerance = 1e-13;
/// The standard deviation of nearly equal cosines, relative to the spread of the rows. Measured: 1.0e-17 at a spread of
/// 1e-6 or more.
inline constexpr double kNearlyEqualTolerance = 1e-9;
/// RSA and CKA. Measured: 6.3e-14.
inline constexpr double kRsaTolerance = 1e-12;
/// Correlations of ranks that are whole or half numbers. Measured: 1.1e-16.
inline constexpr double kRankTolerance = 1e-13;
/// Per-token RSA; measured 1e-14.
inline constexpr double kPerTokenTolerance = 1e-13;
/// Correlations of a permutation's or bootstrap's replicate, products in double precision; measured 1.3e-13 (n = 3).
inline constexpr double kReplicateTolerance = 1e-11;
/// The same with products in single precision; measured 2.1e-10.
inline constexpr double kSinglePermutationTolerance = 1e-8;
/// Measured 1.5e-8.
inline constexpr double kSingleBootstrapTolerance = 1e-6;
/// Procrustes: cosines, measured 7e-16; distances relative to the size of the matrices, measured 1e-14.
inline constexpr double kProcrustesTolerance = 1e-12;
/// Cosines of centred rows, with directions removed or not, in double precision. Measured: 6.8e-15.
inline constexpr double kCenteredTolerance = 1e-12;
/// Logits relative to ‖row‖‖state‖, measured 2.3e-16; probabilities, measured 1.2e-15; entropies in nats, measured
/// 4.5e-15.
inline constexpr double kLogitTolerance = 1e-14;
inline constexpr double kProbabilityTolerance = 1e-13;
/// Cosines to sums of unit rows, in fp64; measured 2.3e-16. Heights of average linkage, from the same cosines;
/// measured 2.3e-16.
inline constexpr double kSumTolerance = 1e-14;
inline constexpr double kLinkageTolerance = 1e-14;
/// Singular values, relative to the largest. Measured: 5.3e-15.
inline constexpr double kSingularTolerance = 1e-12;
/// Singular values down to 1e-9 of the largest, each relative to itself. Measured: 7.9e-9.
inline constexpr double kSmallSingularTolerance = 1e-6;
/// Products of different singular vectors, and lengths of each. Measured: 2.7e-15.
inline constexpr double kOrthogonalTolerance = 1e-12;
/// U diag(σ) Vᵀ against the matrix, entries of order 1 (measured: 1.1e-14), and V diag(λ) Vᵀ, relative to the largest λ
/// (7.1e-14 of a λ above 100).
inline constexpr double kReconstructionTolerance = 1e-13;

/// An error as it stands in a test's record.
inline std::string shown(double error) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3e", error);
  return text;
}

}  // namespace gramian::testing
