#pragma once
// Models of fastText made by hand.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {

/// Of two dimensions. `rows` of bytes() are those of the words, then of the buckets.
struct FastTextBytes {
  int32_t version = 12;
  int32_t model = 2;
  int32_t buckets = 0;
  int32_t shortest = 0;
  int32_t longest = 0;
  int32_t labels = 0;
  bool quantized = false;

  std::string bytes(std::initializer_list<std::string_view> words, const std::vector<float>& rows) const {
    const auto count = static_cast<int32_t>(words.size());
    std::string file = bytes_of_all(
        std::vector<int32_t>{793712314, version, 2, 5, 5, 1, 5, 1, 2, model, buckets, shortest, longest, 100});
    file += bytes_of(1e-4) + bytes_of_all(std::vector<int32_t>{count, count, labels});
    file += bytes_of(int64_t{99}) + bytes_of(int64_t{-1});
    for (const std::string_view word : words) file += std::string(word) + '\0' + bytes_of(int64_t{7}) + '\0';
    file += quantized ? '\1' : '\0';
    file += bytes_of(std::ssize(rows) / 2) + bytes_of(int64_t{2}) + bytes_of_all(rows);
    return file + '\0' + bytes_of(int64_t{1}) + bytes_of(int64_t{2}) + bytes_of_all(std::vector<float>{0, 0});
  }
};

}  // namespace gramian::host::test
