#include "host/report/files/npy_writer.hpp"

#include <bit>

namespace gramian::host {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

std::string npy_header(const std::string& descr, const std::vector<int64_t>& shape) {
  std::string dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (const int64_t extent : shape) dict += std::to_string(extent) + ", ";
  dict += "), }";
  constexpr size_t kBefore = 10;  // magic, version, length
  while ((kBefore + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dict.size() & 0xff);
  header += static_cast<char>(dict.size() >> 8);
  return header + dict;
}

void write_npy(OutputFile& file, std::span<const double> values) {
  file.write(npy_header("<f8", {std::ssize(values)}));
  file.write(std::as_bytes(values));
}

void write_npy(OutputFile& file, std::span<const int64_t> values) {
  file.write(npy_header("<i8", {std::ssize(values)}));
  file.write(std::as_bytes(values));
}

void write_npy(OutputFile& file, const DenseMatrix& matrix) {
  file.write(npy_header("<f8", {matrix.rows, matrix.cols}));
  file.write(std::as_bytes(std::span(matrix.values)));
}

}  // namespace gramian::host
