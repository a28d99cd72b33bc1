#pragma once
// A compressed file as the stream of bytes inside it.

#include <memory>

#include "host/formats/archives/decoder.hpp"
#include "host/formats/files/byte_stream.hpp"

namespace gramian::host {

/// Unpacks `file` while it is read, holding no more than what peek was asked for. Compressed streams that follow one
/// another (as bgzip, pigz and cat leave them) are one.
/// Its functions throw InvalidInput where the file is damaged, is cut off, or goes on with something else: naming the
/// byte of the file and how much had been unpacked.
std::unique_ptr<ByteStream> unpack(std::shared_ptr<const MappedFile> file, const Compression& compression);

}  // namespace gramian::host
