#include "host/questions/geometry/duplicate_rows.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/formats/files/parallel.hpp"

namespace gramian::questions {

int64_t count_duplicate_rows(const MatrixView& view, std::span<const int64_t> rows, int threads,
                             const std::function<void()>& check) {
  constexpr int64_t kBlock = 4096;
  const auto bytes = static_cast<size_t>(view.cols) * sizeof(double);
  const int64_t n = std::ssize(rows);
  std::vector<size_t> hashes(rows.size());
  host::for_each_piece((n + kBlock - 1) / kBlock, threads, [&](int64_t block) {
    check();
    std::vector<double> row(static_cast<size_t>(view.cols));
    for (int64_t i = block * kBlock; i < std::min(n, (block + 1) * kBlock); ++i) {
      read_row(view, rows[static_cast<size_t>(i)], row.data());
      hashes[static_cast<size_t>(i)] =
          std::hash<std::string_view>{}({reinterpret_cast<const char*>(row.data()), bytes});
    }
  });
  // Rows with one hash are compared with every different row that had it before.
  std::unordered_map<size_t, std::vector<int64_t>> different;
  different.reserve(rows.size());
  std::vector<double> a(static_cast<size_t>(view.cols));
  std::vector<double> b(static_cast<size_t>(view.cols));
  int64_t duplicates = 0;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t row = rows[static_cast<size_t>(i)];
    std::vector<int64_t>& earlier = different[hashes[static_cast<size_t>(i)]];
    if (!earlier.empty()) read_row(view, row, a.data());
    const bool seen = std::ranges::any_of(earlier, [&](int64_t other) {
      read_row(view, other, b.data());
      return std::memcmp(a.data(), b.data(), bytes) == 0;
    });
    if (seen) {
      ++duplicates;
    } else {
      earlier.push_back(row);
    }
  }
  return duplicates;
}

}  // namespace gramian::questions
