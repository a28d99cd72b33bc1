#pragma once
// Whether a vocabulary fits the matrix whose rows it is to name.

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error.hpp"

namespace gramian::host {

/// The matrix that a vocabulary is read for.
struct NamedFor {
  std::string path;  // for messages
  int64_t rows = 0;
  int64_t cols = 0;
  bool table = false;  // a table of numbers alone, whose tokens lie in a table beside it
};

/// Thrown for a file that is intact but not the vocabulary of this matrix.
class DoesNotFit : public InvalidInput {
 public:
  using InvalidInput::InvalidInput;
};

/// Throws DoesNotFit "PATH: what".
[[noreturn]] void refuse_fit(std::string_view path, const std::string& what);

/// Throws DoesNotFit for a vocabulary of `tokens` tokens, which it `has` in its own words ("has 7 tokens"). Says so
/// where they are as many as the matrix has columns: then it is transposed.
[[noreturn]] void refuse_count(std::string_view path, const std::string& has, int64_t tokens, const NamedFor& matrix);

}  // namespace gramian::host
