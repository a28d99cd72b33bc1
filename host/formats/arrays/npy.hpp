#pragma once
// NumPy's .npy, versions 1 to 3. Layout: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#include <memory>
#include <string_view>

#include "engine/matrix.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a .npy file.
bool is_npy(std::string_view start);

/// The two-dimensional array in `file`: f2, f4, f8, integers, and V2 (how NumPy writes bfloat16). Little-endian
/// C-ordered arrays are views of the mapping; big-endian and Fortran-ordered ones are rearranged in memory, with
/// their element type and values unchanged.
/// Throws InvalidInput: any other type or rank, a malformed header, more or less data than the shape needs.
Matrix read_npy(const std::shared_ptr<const MappedFile>& file);

}  // namespace gramian::host
