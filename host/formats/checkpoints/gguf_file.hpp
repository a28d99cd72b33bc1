#pragma once
// GGUF, the files of llama.cpp: a header with metadata, then tensors. Format:
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/checkpoints/ggml_types.hpp"
#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is GGUF of a version that is read, or one that is refused by name.
bool is_gguf(std::string_view start);

struct GgufTensor {
  std::string name;
  std::vector<int64_t> shape;  // outermost first, the other way round than in the file
  const GgmlType* type = nullptr;
  int64_t begin = 0;  // bytes from the start of the data
  int64_t bytes = 0;
};

/// An open GGUF file, its header checked: keys and names are unique, and the tensors cover the data, in their order and
/// aligned as they must be.
class GgufFile {
 public:
  /// Throws InvalidInput: another version or byte order, counts that the file has no room for, a malformed header.
  explicit GgufFile(std::shared_ptr<const MappedFile> file);

  const std::string& path() const { return file_->path(); }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  const GgufTensor* find(std::string_view name) const;

  /// Metadata of one type each; nothing where the key is absent. Throws InvalidInput where its type is another one.
  std::optional<std::string_view> string(const std::string& key) const;
  std::optional<int64_t> count(const std::string& key) const;  // of 16 or 32 bits
  std::optional<std::vector<std::string_view>> strings(const std::string& key) const;
  std::optional<std::vector<int32_t>> integers(const std::string& key) const;

  /// The values of `tensor`: a view of the mapping where they are plain, else fp32 in memory, on `threads` threads.
  /// Throws InvalidInput: not a matrix, empty, or of a type that cannot be unpacked.
  Matrix matrix(const GgufTensor& tensor, int threads) const;

 private:
  struct Value {
    uint32_t type = 0;
    uint32_t element = 0;  // of an array
    uint64_t count = 1;
    int64_t begin = 0;  // byte in the file
  };
  class Header;
  ByteReader at(const Value& found) const;
  const Value* value(const std::string& key, uint32_t type, uint32_t element, std::string_view wanted) const;

  std::shared_ptr<const MappedFile> file_;
  int64_t data_begin_ = 0;
  std::map<std::string, Value, std::less<>> values_;
  std::vector<GgufTensor> tensors_;
};

}  // namespace gramian::host
