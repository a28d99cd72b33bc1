#pragma once
// NumPy's .npz: a zip file of .npy files, stored (np.savez) or deflated (np.savez_compressed).

#include "host/formats/format.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a zip file whose first member is a .npy file.
bool is_npz(std::string_view start);

/// Reads the array `source.member` ("name" or "name.npy") of the file, or its only matrix. Stored arrays stay mapped,
/// deflated ones are unpacked; the checksum of the array that is read is compared. Fills in matrix, tensor, tensors,
/// converted.
/// Throws InvalidInput: no such array, or several matrices to choose from (the message lists them); a damaged zip file
/// or array. OutOfMemory.
void read_npz(const Source& source, Embedding& embedding);

}  // namespace gramian::host
