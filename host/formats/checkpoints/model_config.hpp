#pragma once
// The part of a Hugging Face model's config.json that is about its matrices.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gramian::host {

/// How a matrix is packed: `bits` each, a scale and a bias for every `group` values of a row.
struct AffinePacking {
  int64_t group = 0;
  int64_t bits = 0;
};

struct ModelConfig {
  std::string path;  // empty where there is no config.json
  std::string model_type;
  std::vector<std::string> architectures;
  std::optional<bool> tied;  // tie_word_embeddings
  std::optional<AffinePacking> packing;
  std::map<std::string, AffinePacking> packing_of;  // of modules that differ, by name without ".weight"
  std::string packing_mode;                         // empty: affine
};

/// The configuration of the model whose files lie in `directory`. Throws InvalidInput: no JSON object, or fields of
/// another type.
ModelConfig read_model_config(const std::filesystem::path& directory);

}  // namespace gramian::host
