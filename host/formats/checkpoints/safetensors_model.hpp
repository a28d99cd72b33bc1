#pragma once
// One matrix out of a safetensors model, which may be a single file or an index of shards.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

struct ModelMatrix {
  std::string tensor;
  Matrix matrix;
  std::vector<std::string> files;     // that were opened, after the one given
  std::vector<StoredTensor> tensors;  // of all files that were opened
};

/// The tensor `wanted` of a safetensors file. Where `wanted` is empty: the one with a usual name of a token
/// embedding (tensor_choice.hpp), else the only matrix.
/// Throws InvalidInput: no such tensor, or several to choose from; the message lists the matrices.
ModelMatrix read_safetensors(const std::shared_ptr<const MappedFile>& file, std::string_view wanted);

/// Whether a file that starts with `start` may be an index of shards: a JSON object.
bool is_safetensors_index(std::string_view start);

/// The same through an index (`model.safetensors.index.json`), whose shards lie beside it.
/// Throws InvalidInput also for a missing shard, or one that lacks a tensor which the index places there.
ModelMatrix read_safetensors_index(const std::shared_ptr<const MappedFile>& file, std::string_view wanted);

}  // namespace gramian::host
