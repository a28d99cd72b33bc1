#pragma once
// What is known of one dataset of an HDF5 file, and how a process tells another.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"

namespace gramian::host {

struct Hdf5Dataset {
  enum class Place : uint8_t {
    mapped,     // in one piece, little-endian, from `offset` on
    packed,     // in chunks, big-endian or in a header: libhdf5 has to read it
    unwritten,  // nowhere
    elsewhere,  // in other files
    unknown,    // damaged
  };

  std::string name;            // from the root: "/a/b"
  std::string dtype;           // as it is shown: "f32", "text", ...
  std::vector<int64_t> shape;  // none below 0
  bool readable = false;       // else nothing but its name is known
  std::optional<ElementType> type;
  Place place = Place::unknown;
  int64_t offset = 0;  // bytes from the beginning of the file, not below 0
};

std::string to_bytes(const std::vector<Hdf5Dataset>& datasets);
/// Throws InvalidInput for bytes that to_bytes does not write. What they say need not be true of the file `path`.
std::vector<Hdf5Dataset> datasets_from_bytes(std::string_view path, std::string_view bytes);

/// Throws InvalidInput "PATH: dataset 'NAME' what".
[[noreturn]] void refuse_dataset(std::string_view path, std::string_view name, const std::string& what);
/// Throws InvalidInput for a dataset that libhdf5 does not understand.
[[noreturn]] void refuse_unreadable(std::string_view path, std::string_view name);

}  // namespace gramian::host
