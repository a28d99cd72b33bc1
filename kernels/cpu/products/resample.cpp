#include "kernels/cpu/products/resample.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "engine/threads.hpp"
#include "kernels/cpu/isa/isa.hpp"
#include "kernels/cpu/rows/panels.hpp"
#include "kernels/cpu/rows/rows.hpp"

namespace gramian::cpu {
namespace {

/// Terms gathered at a time: both sides' panels and the product stay in L2 at some hundred dimensions.
constexpr int64_t kTerms = 2 * kChain;
/// Blocks of terms summed in fp32 before they are added up in fp64.
constexpr int64_t kFold = 8;
/// Rows ahead that a gather asks for: they lie all over the matrix.
constexpr int64_t kAhead = 8;

/// Transformed rows with their appended columns, padded with zeros to whole panels.
template <class T>
struct Rows {
  int64_t count = 0;
  int64_t dim = 0;    // with appended columns
  int64_t width = 0;  // padded
  AlignedBuffer<T> values;
  int64_t panels() const { return width / kPanel; }
};

template <class T>
Rows<T> transformed_rows(const ResampledSide& side, int threads) {
  const DeviceRows& stored = *side.rows;
  const int64_t own = side.transform->dim(stored.dim());
  const int64_t extra = side.dim() - own;
  Rows<T> rows;
  rows.count = stored.rows();
  rows.dim = own + extra;
  rows.width = panel_count(rows.dim) * kPanel;
  rows.values = AlignedBuffer<T>(checked_product(rows.count, rows.width, "resampled rows"));
  constexpr int64_t kChunk = 64;
  parallel_for(threads, (rows.count + kChunk - 1) / kChunk, [&](int64_t chunk, int) {
    std::vector<double> row(static_cast<size_t>(rows.width), 0.0);
    for (int64_t r = chunk * kChunk; r < std::min(rows.count, (chunk + 1) * kChunk); ++r) {
      transformed_row(stored, r, *side.transform, row.data());
      for (int64_t k = 0; k < extra; ++k) row[static_cast<size_t>(own + k)] = (*side.appended)(r, k);
      std::ranges::transform(row, rows.values.data() + r * rows.width, [](double x) { return static_cast<T>(x); });
    }
  });
  return rows;
}

void product(Operand<float> a, Operand<float> b, int64_t depth, float* c, int64_t ldc, ProductOptions options) {
  isa_table().product_f32(a, b, depth, c, ldc, options);
}

void product(Operand<double> a, Operand<double> b, int64_t depth, double* c, int64_t ldc, ProductOptions options) {
  isa_table().product_f64(a, b, depth, c, ldc, options);
}

/// Terms [begin, begin + depth): columns become the rows of panels. `index` and `weights` may be null.
template <class T>
void gather(const Rows<T>& rows, const int64_t* index, const double* weights, int64_t begin, int64_t depth,
            int64_t terms, T* out) {
  const auto row_of = [&](int64_t k) { return rows.values.data() + (index == nullptr ? k : index[k]) * rows.width; };
  for (int64_t k = 0; k < depth; ++k) {
    if (begin + k + kAhead < terms) {
      const T* ahead = row_of(begin + k + kAhead);
      for (int64_t line = 0; line < rows.width; line += 64 / static_cast<int64_t>(sizeof(T))) {
        __builtin_prefetch(ahead + line);
      }
    }
    const T* from = row_of(begin + k);
    for (int64_t p = 0; p < rows.panels(); ++p) {
      T* to = out + (p * depth + k) * kPanel;
      if (weights == nullptr) {
        std::copy_n(from + p * kPanel, kPanel, to);
      } else {
        const auto weight = static_cast<T>(weights[begin + k]);
        for (int64_t c = 0; c < kPanel; ++c) to[c] = from[p * kPanel + c] * weight;
      }
    }
  }
}

template <class T>
class Worker {
 public:
  Worker(const Rows<T>& a, const Rows<T>& b)
      : a_(a),
        b_(b),
        left_(a.width * kTerms),
        right_(b.width * kTerms),
        sum_(a.width * b.width),
        total_(a.dim, b.dim) {}

  Resample terms;

  const DenseMatrix& run(bool symmetric) {
    const int64_t count = terms.left.empty() ? a_.count : std::ssize(terms.left);
    const int64_t* left = terms.left.empty() ? nullptr : terms.left.data();
    const int64_t* right = terms.right.empty() ? left : terms.right.data();
    const double* weights = terms.weights.empty() ? nullptr : terms.weights.data();
    symmetric = symmetric && terms.right.empty();
    std::ranges::fill(total_.values, 0.0);
    int64_t blocks = 0;
    for (int64_t begin = 0; begin < count; begin += kTerms) {
      const int64_t depth = std::min(count - begin, kTerms);
      gather(a_, left, nullptr, begin, depth, count, left_.data());
      const T* columns = left_.data();
      if (!symmetric || weights != nullptr) {
        gather(b_, right, weights, begin, depth, count, right_.data());
        columns = right_.data();
      }
      product({left_.data(), a_.panels()}, {columns, b_.panels()}, depth, sum_.data(), b_.width,
              {.upper = symmetric, .accumulate = blocks > 0});
      if (++blocks == kFold || begin + depth == count) {
        fold(symmetric);
        blocks = 0;
      }
    }
    if (symmetric) {
      for (int64_t i = 0; i < total_.rows; ++i) {
        for (int64_t j = 0; j < i; ++j) total_(i, j) = total_(j, i);
      }
    }
    return total_;
  }

 private:
  void fold(bool symmetric) {
    for (int64_t i = 0; i < total_.rows; ++i) {
      const T* row = sum_.data() + i * b_.width;
      double* out = total_.values.data() + i * total_.cols;
      for (int64_t j = symmetric ? i : 0; j < total_.cols; ++j) out[j] += static_cast<double>(row[j]);
    }
  }

  const Rows<T>& a_;
  const Rows<T>& b_;
  AlignedBuffer<T> left_;
  AlignedBuffer<T> right_;
  AlignedBuffer<T> sum_;
  DenseMatrix total_;
};

template <class T>
void run(const ResampledSide& a, const ResampledSide& b, const Resampling& resampling, int threads,
         const Progress& progress) {
  const bool symmetric = a.rows == b.rows && a.transform == b.transform && a.appended == b.appended;
  const Rows<T> left = transformed_rows<T>(a, threads);
  const Rows<T> other = symmetric ? Rows<T>() : transformed_rows<T>(b, threads);
  const Rows<T>& right = symmetric ? left : other;
  std::vector<std::unique_ptr<Worker<T>>> workers(static_cast<size_t>(threads));
  parallel_for(
      threads, resampling.replicates,
      [&](int64_t replicate, int index) {
        std::unique_ptr<Worker<T>>& mine = workers[static_cast<size_t>(index)];
        if (!mine) mine = std::make_unique<Worker<T>>(left, right);
        mine->terms.left.clear();
        mine->terms.right.clear();
        mine->terms.weights.clear();
        resampling.draw(replicate, mine->terms);
        resampling.take(replicate, mine->run(symmetric));
      },
      [&](int64_t done) { progress.step(done, resampling.replicates); });
}

}  // namespace

void resampled_grams(const ResampledSide& a, const ResampledSide& b, Precision precision, const Resampling& resampling,
                     int threads, const Progress& progress) {
  if (resampling.replicates <= 0) return;
  if (precision == Precision::double_) {
    run<double>(a, b, resampling, threads, progress);
  } else {
    run<float>(a, b, resampling, threads, progress);
  }
}

}  // namespace gramian::cpu
