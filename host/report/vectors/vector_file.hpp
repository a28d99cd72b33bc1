#pragma once
// Files of vectors as other programs read them. The ending of a name says which.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"
#include "host/report/files/output_file.hpp"

namespace gramian::host {

struct VectorShape {
  int64_t rows = 0;
  int64_t cols = 0;
  ElementType type = ElementType::f32;  // of the numbers in the file
};

/// One file while it is written: begin, encode every row, write what that made in the order of the rows, end.
class VectorFile {
 public:
  virtual ~VectorFile() = default;
  virtual void begin(OutputFile& /*file*/) {}
  /// Appends the row, named `token` where the format holds tokens. May be called by several threads at once. Throws
  /// InvalidInput for a number that the type cannot hold and a token that the format cannot.
  virtual void encode(std::string_view token, std::span<const double> row, std::string& bytes) const = 0;
  virtual void write(OutputFile& file, std::string_view bytes) { file.write(bytes); }
  virtual void end(OutputFile& /*file*/) {}
};

struct VectorFormat {
  enum class Tokens : uint8_t {
    inside,    // a token a row, in the same file
    beside,    // in STEM.vocab.txt
    metadata,  // in a file of labels, as the Embedding Projector wants it
  };
  std::string_view ending;  // ".npy"
  std::string_view name;    // in results: "npy"
  Tokens tokens = Tokens::beside;
  std::vector<ElementType> types;  // that it holds
  std::unique_ptr<VectorFile> (*make)(const VectorShape& shape) = nullptr;

  bool holds(ElementType type) const;
  /// The type that keeps every number of `stored`, at the least cost: its own, else f32 where that is exact, else f64.
  /// Nothing where the format's types lose some.
  std::optional<ElementType> exact_type(ElementType stored) const;
};

/// The format that `path` ends in. Throws InvalidUsage, which lists the endings.
const VectorFormat& vector_format_of(const std::string& path);

/// ".npy, .npz, ..."
std::string vector_endings();

/// Where the tokens of the file `path` lie, by the name that readers look for first; empty where they lie inside.
std::string token_path(const std::string& path, const VectorFormat& format);

}  // namespace gramian::host
