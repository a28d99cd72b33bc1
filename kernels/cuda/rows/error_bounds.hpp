#pragma once
// How far a swept cosine can be from the cosine of the rows as they were transformed.
//
// With u = 2^-24 and v = 2^-53, and γ(k, u) = ku/(1 - ku) (Higham, Accuracy and Stability of Numerical
// Algorithms, 3.1). Let x and y be unit rows, q and p what is multiplied in their place, scaled to length 1, and r = |x
// - q|, s = |y - p|. Then |x.y - q.p| <= r + s + rs <= (r + r²/2) + (s + s²/2) (Cauchy, Schwarz): a share of each row.
// What remains is how the product itself is rounded. Rows are judged by what was measured when they were converted
// (RowErrors).
//
//   fp64   r is what scaling to length 1 rounds. A product of n terms in chains of kF64Chain, in whatever order, as FMA
//          or not: no term passes more than a chain's and one rounding a chain besides. What PTX says of fp64 on tensor
//          cores is that it rounds as FMA does.
//   fp16   (half) N = 2n products and partial sums, each off by 2u of the largest addend at most, and no addend above
//   1:
//          γ(N, 2u). Then both factors, their product and the last product.
//   split  x 2^12 = high + low. Sums of high·high are exact: Σ high² <= 2^24 of every row (convert_rows sees to that),
//   so
//          all partial sums are whole numbers up to 2^24. With mixed = high + low/2 + e the other product is off by
//          low·e' + e·low' <= (λ low²/2 + e²/2λ) + (λ low'²/2 + e'²/2λ), λ being any number, and by
//          γ(N, 2u) (low mixed' + mixed low') for N = 2 · 2n terms and a chain each (lengths of the rows' parts, which
//          limit all partial sums). The sum of both products, two factors, their product and the last product: 2u + 4u.
//
// What is assumed of tensor cores, which NVIDIA does not document: products of two fp16 are exact, and they and every
// partial sum are aligned to the largest addend of their step and keep no fewer than 24 bits of it; whether they are
// cut or rounded, in what order and how many at once makes no difference here. Every experiment found that much or more
// (V100, T4, A100, H100: Fasi et al., PeerJ CS 7:e330, 2021; Khattak & Mikaitis, arXiv 2512.07004). And that cuBLAS
// adds what lies in C after the sum of a product and not before. So the bounds of fp16 and split are proven of a device
// for which that is so; every run compares sampled pairs with them (run_sweeps), and ends where one is further off.

#include "kernels/cuda/rows/forms.hpp"

namespace gramian::cuda {

/// The row's share of a bound: no cosine of two rows is off by more than the sum of their shares. Infinite for a row
/// that no bound holds for.
double error_share(const FormLayout& layout, const RowErrors& errors);

}  // namespace gramian::cuda
