#pragma once
// Gram products and sums over rows in fp64.
//
// Determinism: rows are taken in fixed blocks; every element of the result is the same sequence of operations for any
// number of threads.

#include <vector>

#include "engine/backend.hpp"
#include "engine/on_host/canonical_rows.hpp"
#include "kernels/cpu/rows/rows.hpp"

namespace gramian::cpu {

std::vector<double> row_norms(const DeviceRows& rows, const RowTransform& transform, int threads);
std::vector<double> column_sums(const DeviceRows& rows, const RowTransform& transform, int threads);
/// Σᵢ yᵢ zᵢᵀ. The same rows and transform on both sides (`symmetric`) cost half.
DenseMatrix gram(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b, const RowTransform& tb,
                 bool symmetric, int threads);
std::vector<double> pair_cosines(const DeviceRows& a, const RowTransform& ta, const DeviceRows& b,
                                 const RowTransform& tb, std::span<const Pair> pairs, int threads);
/// Of the instruction set in use.
on_host::CanonicalDots canonical_dots();

}  // namespace gramian::cpu
