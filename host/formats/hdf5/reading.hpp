#pragma once
// What libhdf5 is asked. It reads and writes beyond its memory over damaged files, ends the program or never returns,
// so all of this is called in a process of its own and nowhere else.

#include <cstddef>
#include <vector>

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/own_process.hpp"
#include "host/formats/hdf5/dataset.hpp"
#include "host/formats/hdf5/library.hpp"

namespace gramian::host {

/// Every dataset that lies in `file`, sorted by name. Throws InvalidInput for a damaged file.
std::vector<Hdf5Dataset> list_hdf5(const Hdf5Library& library, const MappedFile& file, const OwnProcess& process);

/// Throws InvalidInput where no number of `dataset` was ever written.
void require_written(const Hdf5Library& library, const MappedFile& file, const Hdf5Dataset& dataset,
                     const OwnProcess& process);

/// Reads the matrix `dataset`, as list_hdf5 describes it, into all of `values`: row-major, little-endian, of its own
/// type. Throws InvalidInput for a damaged dataset and for one that was never written.
void unpack_hdf5(const Hdf5Library& library, const MappedFile& file, const Hdf5Dataset& dataset, std::byte* values,
                 const OwnProcess& process);

}  // namespace gramian::host
