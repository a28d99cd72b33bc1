#pragma once
// Tokens <-> rows.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gramian {

/// Token i names row i of a matrix. Tokens are bytes, valid UTF-8 or not, and are kept as they are.
/// Duplicates are legal; a lookup finds the first. A row may have no token (`unnamed`). Copies share their tokens, and
/// their index, until one of them is added to.
class Vocabulary {
 public:
  Vocabulary() = default;
  // Without a move: one that was moved from is as good as a copy.
  Vocabulary(const Vocabulary&) = default;
  Vocabulary& operator=(const Vocabulary&) = default;
  ~Vocabulary() = default;

  void reserve(int64_t tokens, int64_t bytes);
  void push_back(std::string_view token);
  /// A row that exists in the matrix but has no token (padding of an output layer, for example).
  void push_back_unnamed();

  int64_t size() const { return std::ssize(tokens_->offsets) - 1; }
  std::string_view operator[](int64_t row) const;
  bool named(int64_t row) const;
  int64_t unnamed_count() const { return std::ssize(tokens_->unnamed); }

  /// First row with this token. The index is built on the first call.
  std::optional<int64_t> find(std::string_view token) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  struct Tokens {
    Tokens() { offsets.push_back(0); }
    Tokens(const Tokens& other) : bytes(other.bytes), offsets(other.offsets), unnamed(other.unnamed) {}
    std::string bytes;
    std::vector<int64_t> offsets;
    std::vector<int64_t> unnamed;  // ascending
    std::once_flag once;
    bool indexed = false;
    std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> index;
  };
  /// To be added to: nobody else's, and without an index.
  Tokens& own();

  std::shared_ptr<Tokens> tokens_ = std::make_shared<Tokens>();
};

}  // namespace gramian
