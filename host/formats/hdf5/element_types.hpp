#pragma once
// Which of our types of numbers a type of HDF5 is.

#include <optional>
#include <string>

#include "engine/matrix.hpp"
#include "host/formats/hdf5/library.hpp"

namespace gramian::host {

/// The type of numbers that `type` is, in either byte order.
std::optional<ElementType> hdf5_element_type(const Hdf5Library& library, hid_t type);
/// What it is called: "f32", "text", "compound", ...
std::string hdf5_type_name(const Hdf5Library& library, hid_t type);

}  // namespace gramian::host
