#pragma once
// The registry of formats: one row each. A new format is a reader, its row in formats.cpp, and their tests.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "host/formats/archives/decoder.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/byte_stream.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

/// A reader is given this.
struct Source {
  std::shared_ptr<const MappedFile> file;
  std::string member;  // what followed '#' in PATH#member; empty where nothing did
  int threads = 1;     // at least 1
  ReadOptions options;
  const Compression* compression = nullptr;  // of the file; only formats that are `streamed` see one

  /// The bytes of the file from its front, unpacked.
  std::unique_ptr<ByteStream> stream() const;
};

/// How a format is told from others.
enum class Told {
  by_magic,  // its first bytes are its own: asked first
  by_text,   // by what its first lines look like: asked only after every magic number, known or foreign
};

struct Format {
  std::string_view name = {};      // in results: "npy"
  std::string_view readable = {};  // in the list of what can be read; empty where another row speaks for this one
  Told told = Told::by_magic;
  bool streamed = false;  // read from front to back by Source::stream, so that the file may be compressed
  bool members = false;   // whether PATH#member chooses among several matrices
  /// Whether a file that starts with `start` (all of it, or its first 64 KiB and more) is of this format. Never throws.
  bool (*recognizes)(std::string_view start) = nullptr;
  /// Fills in matrix, and whatever of tensor, vocabulary, notes, tensors, converted and further files there is.
  /// Throws InvalidInput: the message names the file, the byte or line, and the remedy.
  void (*read)(const Source& source, Embedding& embedding) = nullptr;
};

/// Every format, in the order in which they are asked.
std::span<const Format> formats();

/// ".npy, safetensors, ...": what can be read, for messages.
std::string readable_formats();

}  // namespace gramian::host
