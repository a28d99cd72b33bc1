#include "host/formats/vocabularies/fit.hpp"

#include "host/formats/files/message.hpp"

namespace gramian::host {

void refuse_fit(std::string_view path, const std::string& what) {
  throw DoesNotFit(printable(path, 4096) + ": " + what);
}

void refuse_count(std::string_view path, const std::string& has, int64_t tokens, const NamedFor& matrix) {
  const std::string name = printable(matrix.path, 4096);
  if (tokens == matrix.cols && tokens != matrix.rows) {
    refuse_fit(path, has + ", as many as " + name + " has columns (it is " + std::to_string(matrix.rows) + " x " +
                         std::to_string(matrix.cols) +
                         "): the matrix is transposed; save it with tokens as rows, e.g. np.save('x.npy', a.T)");
  }
  refuse_fit(path, has + ", but " + name + " has " + std::to_string(matrix.rows) +
                       " rows; give the vocabulary that belongs to this matrix (vocab)");
}

}  // namespace gramian::host
