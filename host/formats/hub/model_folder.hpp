#pragma once
// Which file of a model's folder holds its weights.

#include <filesystem>

namespace gramian::host {

/// model.safetensors or its index, else the only other safetensors file; pytorch_model.bin or its index; else the only
/// GGUF file. A folder that has them one level down, as old sentence-transformers do (0_Transformer), is followed.
/// Throws InvalidUsage: no such file, several to choose from, weights of other kinds alone, or a link into the cache
/// whose file is gone.
std::filesystem::path weights_of_folder(const std::filesystem::path& directory);

}  // namespace gramian::host
