#pragma once
// NumPy's arrays within pickles. Writer: numpy, ndarray.__reduce__ and __reduce_ex__.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/pickles/pickle.hpp"

namespace gramian::host {

struct PickledArray {
  ElementType type = ElementType::f32;
  std::vector<int64_t> shape;
  std::string_view bytes;  // row-major and little-endian; in the pickle, or of `owned` where that had to be decoded
  std::shared_ptr<const std::string> owned;
};

/// The globals that such an array names, to be allowed.
const std::vector<PickleGlobal>& array_globals();

/// Whether `value` is an array.
bool is_pickled_array(const PickleValue& value);

/// Throws InvalidInput that names the file `path` and `what`: another type, byte order or layout, bytes that do not fit
/// the shape.
PickledArray read_pickled_array(std::string_view path, const std::string& what, const PickleValue& value);

}  // namespace gramian::host
