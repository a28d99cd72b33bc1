#include "host/formats/named_matrix.hpp"

#include <new>
#include <string>

#include "engine/error.hpp"
#include "engine/narrow.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {

ValueBuffer allocate_values(std::string_view path, ElementType type, int64_t rows, int64_t cols) {
  const int64_t size = checked_product(checked_product(rows, cols, "matrix"), element_size(type), "matrix bytes");
  try {
    auto bytes = std::make_shared_for_overwrite<std::byte[]>(static_cast<size_t>(size));
    const MatrixView view{bytes.get(), type, rows, cols, cols};
    return {std::move(bytes), view};
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(printable(path, 4096) + ": its " + std::to_string(rows) + " x " + std::to_string(cols) +
                      " values need " + std::to_string(size) +
                      " bytes of memory; convert it to .npy to read it in place");
  }
}

}  // namespace gramian::host
