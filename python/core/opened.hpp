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
  /// A view of an array of two dimensions that speaks DLPack or the buffer protocol, in the memory of the processor or
  /// of a GPU that can be used; a copy, where it lies, where its columns are not side by side. `type`: what its
  /// elements are, where the array cannot say ("bf16"). `tokens`: None, or one a row, each str, bytes or None. `name`:
  /// what messages and results call it. Throws ValueError, TypeError.
  static Opened array(nanobind::handle array, const std::string& type, nanobind::handle tokens, std::string name);

  /// For one run: of a matrix on a GPU a copy on the host, should anything need it, is made for that run and goes with
  /// it, so that it is never one of numbers that were changed since.
  questions::GivenMatrix given() const;
  /// The number of the GPU that the matrix lies on.
  std::optional<int> gpu() const;
  const host::Embedding& embedding() const { return given_.embedding; }
  /// The values, of `row` alone where one is given, as an array of numpy, without a copy where they lie on the host: of
  /// uint16, their bits, where they are bf16. Waits as perform() does.
  nanobind::object values(std::optional<int64_t> row) const;
  /// One a row, None where it has none; None without a vocabulary.
  nanobind::object tokens() const;
  /// None where no row has this token.
  std::optional<int64_t> row(const std::string& token) const;

 private:
  questions::GivenMatrix given_;
};

}  // namespace gramian::python
