#pragma once
// NumPy's .npy, versions 1 to 3. Layout: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a .npy file.
bool is_npy(std::string_view start);

/// The bytes of one .npy file, which may lie inside another file.
struct NpySource {
  std::string path;  // for messages
  std::string_view bytes;
  std::shared_ptr<const void> owner;  // keeps them alive
  bool one_row = false;               // an array of one dimension is a matrix of one row
};

/// Reads the header. Throws InvalidInput where it is malformed. `bytes` may end behind the header.
struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> shape;
  int64_t data_begin = 0;
};
NpyHeader read_npy_header(const std::string& path, std::string_view bytes);

/// The two-dimensional array in `source`: f2, f4, f8, integers, and V2 (how NumPy writes bfloat16). Little-endian
/// C-ordered arrays are views of these bytes; big-endian and Fortran-ordered ones are rearranged in memory, with
/// their element type and values unchanged.
/// Throws InvalidInput: any other type or rank, a malformed header, more or less data than the shape needs.
Matrix read_npy(const NpySource& source);

}  // namespace gramian::host
