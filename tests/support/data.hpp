#pragma once
// Embedding matrices to test with: each generator is one way in which real ones are difficult.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "tests/oracle/oracle.hpp"

namespace gramian::testing {

/// Independent standard normal entries.
oracle::Table gaussian(int64_t n, int64_t d, uint64_t seed);
/// Gaussian rows round a common direction, so that the mean of all cosines is about `cosine`.
oracle::Table with_mean_cosine(int64_t n, int64_t d, double cosine, uint64_t seed);
/// Two dimensions (one where d < 3) carry 90 % of every row's squared length.
oracle::Table outlier_dimensions(int64_t n, int64_t d, uint64_t seed);
/// n times the same row.
oracle::Table identical(int64_t n, int64_t d, uint64_t seed);
/// Gaussian; a third of the rows are copies of others.
oracle::Table duplicates(int64_t n, int64_t d, uint64_t seed);
/// Entries +1 and -1, mostly +1: all products are equal, so rounding errors cannot cancel.
oracle::Table binary(int64_t n, int64_t d, uint64_t seed);
/// Entries +1 and -1 alike, d = 16: every cosine is a multiple of 1/8, exactly, in every precision.
oracle::Table lattice(int64_t n, uint64_t seed);

oracle::Table scaled(oracle::Table table, double factor);
/// Rows rows[0], rows[1], ...
oracle::Table selected(const oracle::Table& table, const std::vector<int64_t>& rows);
/// table times a random orthogonal matrix.
oracle::Table rotated(const oracle::Table& table, uint64_t seed);
/// A constant column appended to the rows scaled to length 1: cosines c become (c + column²) / (1 + column²).
oracle::Table with_constant_column(const oracle::Table& table, double column);

/// A matrix in storage, and the exact values that it holds.
struct Stored {
  Matrix matrix;
  oracle::Table exact;
};
/// Rounds to nearest even where `type` (f64, f32, f16, bf16) cannot hold a value.
Stored store(const oracle::Table& table, ElementType type);

struct Generator {
  std::string name;
  Stored (*make)(int64_t n, int64_t d, uint64_t seed);
};
const std::vector<Generator>& generators();

}  // namespace gramian::testing
