#pragma once
// The tokens of a matrix that is written, in the file beside it.

#include <functional>
#include <optional>
#include <string>

#include "host/questions/run/run.hpp"
#include "host/report/files/result_listing.hpp"
#include "host/report/vectors/vector_file.hpp"

namespace gramian::questions {

class TokensBeside {
 public:
  /// Of the rows of `space`, for the matrix that will be `matrix`. Does nothing where they lie inside, or are none.
  /// Throws InvalidUsage where a file beside it names the rows of another matrix, or would name these rows wrongly.
  TokensBeside(Run& run, const Input& input, const Space& space, std::string matrix, const host::VectorFormat& format);

  /// Empty where there is none.
  const std::string& path() const { return path_; }
  /// Nothing where there is none, or where it lies there as it should be already.
  std::optional<host::ListedFile> listed(const std::function<void()>& check);
  /// Gives both their names. At no moment does one of these lie beside an old other: an old matrix goes first.
  void commit(host::OutputFile& matrix);

 private:
  std::string matrix_;
  std::string path_;
  std::optional<host::OutputFile> file_;
};

}  // namespace gramian::questions
