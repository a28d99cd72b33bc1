#pragma once
// A matrix that questions are asked of: a file that was opened, or an array of Python's.

#include <nanobind/nanobind.h>

#include <optional>
#include <string>

#include "host/questions/run/inputs.hpp"

namespace gramian::python {

class Opened {
 public:
  /// `input`: as open_embedding takes it. Waits as perform() does.
  static Opened file(const std::string& input, const std::optional<std::string>& vocab, int threads,
                     nanobind::handle progress);
  /// A view of an array of two dimensions that speaks DLPack or the buffer protocol; a copy where its columns are not
  /// side by side. `type`: what its elements are, where the array cannot say ("bf16"). `tokens`: None, or one a row,
  /// each str, bytes or None. `name`: what messages and results call it. Throws ValueError, TypeError.
  static Opened array(nanobind::handle array, const std::string& type, nanobind::handle tokens, std::string name);

  const questions::GivenMatrix& given() const { return given_; }
  const host::Embedding& embedding() const { return given_.embedding; }
  /// The values as an array of numpy, without a copy: of uint16, their bits, where they are bf16.
  nanobind::object values() const;
  /// One a row, None where it has none; None without a vocabulary.
  nanobind::object tokens() const;
  /// None where no row has this token.
  std::optional<int64_t> row(const std::string& token) const;

 private:
  questions::GivenMatrix given_;
};

}  // namespace gramian::python
