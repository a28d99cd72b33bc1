#pragma once
// A file of named tensors, whatever its format, and one matrix out of it or out of several that an index ties together.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/checkpoints/model_matrix.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/tensor_choice.hpp"

namespace gramian::host {

class TensorFile {
 public:
  explicit TensorFile(std::shared_ptr<const MappedFile> file) : owner_(std::move(file)) {}
  virtual ~TensorFile() = default;
  /// In results: "safetensors", "pytorch".
  virtual std::string format() const = 0;
  virtual const std::vector<StoredTensor>& tensors() const = 0;
  /// The tensor `name`, which is there. Throws InvalidInput unless it is a non-empty matrix of a known type.
  virtual Matrix matrix(const std::string& name) const = 0;
  /// Whether `matrix` is a view of this file.
  bool holds(const Matrix& matrix) const { return matrix.owner == owner_; }

 private:
  std::shared_ptr<const MappedFile> owner_;
};

/// Opens a safetensors file or a PyTorch checkpoint, by content. Throws InvalidInput: neither, or malformed; here and
/// below `cancelled` is asked while headers are read, and Interrupted is thrown once it says so.
std::unique_ptr<TensorFile> open_tensor_file(const std::shared_ptr<const MappedFile>& file,
                                             const std::function<bool()>& cancelled = {});

/// The tensor `wanted` of such a file, or its role; where `wanted` is empty, the one with a usual name of a token
/// embedding, else the only matrix (tensor_choice.hpp). Packed values are unpacked (packed_tensor.hpp), on `threads`
/// threads. A config.json beside the file is read where these need it.
/// Throws InvalidInput: no such tensor, or several to choose from; the message lists the matrices.
ModelMatrix read_tensor_file(const std::shared_ptr<const MappedFile>& file, std::string_view wanted, int threads,
                             const std::function<bool()>& cancelled = {});

/// Whether a file that starts with `start` may be an index of shards: a JSON object.
bool is_tensor_index(std::string_view start);

/// The same through an index (`model.safetensors.index.json`, `pytorch_model.bin.index.json`), whose shards lie beside
/// it. Throws InvalidInput also for a missing shard, or one that lacks a tensor which the index places there.
ModelMatrix read_tensor_index(const std::shared_ptr<const MappedFile>& file, std::string_view wanted, int threads,
                              const std::function<bool()>& cancelled = {});

/// The tensor that read_tensor_file or read_tensor_index would take, by what the headers say of it.
StoredTensor describe_tensor(const std::shared_ptr<const MappedFile>& file, std::string_view wanted);

}  // namespace gramian::host
