#pragma once
// HDF5: one dataset of a file. Format: https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html

#include <string_view>

#include "host/formats/embedding.hpp"
#include "host/formats/format.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is HDF5, with a user block before it or without.
bool is_hdf5(std::string_view start);

/// The dataset `source.member`, "/path" with its first slash or without; else the one with a usual name of a token
/// embedding, else the only matrix. One that lies in the file in one piece, little-endian, is a view of it; chunked,
/// compressed and big-endian ones are read into memory. The library sees the mapped file and opens no other: links
/// into other files are not followed, and datasets whose numbers lie there are refused. It runs in a process of its
/// own, so that a damaged file over which it crashes or never ends is refused like any other.
/// Throws InvalidInput: no such dataset, several to choose from, one that is no matrix of numbers or was never
/// written, damage, MATLAB's files (whose matrices lie transposed); OutOfMemory; Interrupted; Unsupported where the
/// library is not installed.
void read_hdf5(const Source& source, Embedding& embedding);

}  // namespace gramian::host
