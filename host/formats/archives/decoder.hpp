#pragma once
// The compression formats that unpack to one stream of bytes: gzip, bzip2, xz, zstd.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gramian::host {

/// Unpacks one compressed stream, piece by piece.
class Decoder {
 public:
  struct Step {
    size_t taken = 0;    // bytes of the input
    size_t made = 0;     // bytes of the output
    bool ended = false;  // the stream's own end was reached, and its checksum is right
    std::string fault;   // why it cannot go on; empty where it can
  };

  virtual ~Decoder() = default;
  virtual Step step(std::string_view packed, char* out, size_t capacity) = 0;
};

struct Compression {
  std::string_view name;    // "gzip"
  std::string_view unpack;  // the command that unpacks such files
  /// Whether a file that starts with `start` is of this format.
  bool (*recognizes)(std::string_view start) = nullptr;
  /// Throws std::bad_alloc.
  std::unique_ptr<Decoder> (*decoder)() = nullptr;
};

/// The compression of a file that starts with `start`; null where it is not compressed.
const Compression* compression_of(std::string_view start);

}  // namespace gramian::host
