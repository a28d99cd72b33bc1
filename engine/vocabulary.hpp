#pragma once
// Tokens <-> rows.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gramian {

/// Token i names row i of a matrix. Tokens are bytes, valid UTF-8 or not, and are kept as they are.
/// Duplicates are legal; a lookup finds the first. A row may have no token (`unnamed`).
class Vocabulary {
 public:
  Vocabulary() { offsets_.push_back(0); }

  void reserve(int64_t tokens, int64_t bytes);
  void push_back(std::string_view token);
  /// A row that exists in the matrix but has no token (padding of an output layer, for example).
  void push_back_unnamed();

  int64_t size() const { return std::ssize(offsets_) - 1; }
  std::string_view operator[](int64_t row) const;
  bool named(int64_t row) const;
  int64_t unnamed_count() const { return std::ssize(unnamed_); }

  /// First row with this token. The index is built on the first call; not safe to call that first time
  /// from several threads.
  std::optional<int64_t> find(std::string_view token) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::string bytes_;
  std::vector<int64_t> offsets_;
  std::vector<int64_t> unnamed_;  // ascending
  mutable std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> index_;
};

}  // namespace gramian
