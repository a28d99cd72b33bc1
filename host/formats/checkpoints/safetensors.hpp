#pragma once
// safetensors: u64 header length, a JSON header, tensor data. Format: https://huggingface.co/docs/safetensors

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a safetensors file.
bool is_safetensors(std::string_view start);

struct TensorInfo {
  std::string name;
  std::string dtype;  // as in the file: "F32", "BF16", ...
  std::vector<int64_t> shape;
  int64_t begin = 0;  // bytes from the start of the data
  int64_t end = 0;
};

/// An open safetensors file, its header checked: the tensors cover the data exactly, without gap or overlap.
class SafetensorsFile {
 public:
  /// Throws InvalidInput: a malformed header, repeated keys, offsets that do not fit shapes or data.
  /// `cancelled` is asked while the header is read; Interrupted is thrown once it says so.
  explicit SafetensorsFile(std::shared_ptr<const MappedFile> file, const std::function<bool()>& cancelled = {});

  const std::vector<TensorInfo>& tensors() const { return tensors_; }  // in order of their data

  /// The tensor called `name`; null when there is none.
  const TensorInfo* find(std::string_view name) const;

  /// A view of `tensor`. Throws InvalidInput unless it is a non-empty matrix of F64, F32, F16, BF16 or integers.
  Matrix matrix(const TensorInfo& tensor) const;

 private:
  std::shared_ptr<const MappedFile> file_;
  int64_t data_begin_ = 0;
  std::vector<TensorInfo> tensors_;
};

}  // namespace gramian::host
