#pragma once
// A file's bytes from front to back, whether it is mapped as it is or unpacked on the way.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// The bytes from here on: at least `count` of them, fewer only where the stream ends. Valid until the next call.
  virtual std::string_view peek(size_t count) = 0;
  /// Goes on by `count` bytes, no more than peek has shown.
  virtual void skip(size_t count) = 0;
  /// Bytes of the file itself that are behind, for progress.
  virtual int64_t taken() const = 0;
};

/// The bytes of `file` as they lie in it; peek shows all that are left.
std::unique_ptr<ByteStream> stream_of(std::shared_ptr<const MappedFile> file);

}  // namespace gramian::host
