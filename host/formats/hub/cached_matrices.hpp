#pragma once
// The matrices of all models in the local cache.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gramian::host {

struct CachedMatrix {
  std::string model;  // "openai-community/gpt2"
  std::string tensor;
  int64_t rows = 0;
  int64_t dim = 0;
  std::string dtype;         // as the file calls it; of packed values that of their codes
  std::optional<bool> tied;  // the output matrix is the input matrix; nothing where there is no output matrix
};

struct CacheListing {
  std::vector<CachedMatrix> matrices;      // of each model the input, then the output matrix where it is another
  std::vector<std::string> passed_over{};  // models that cannot be read, and why, a sentence each
};

/// Reads no more than headers (hub_cache.hpp says which snapshots). A cache that does not exist holds nothing.
CacheListing list_cached_matrices(const std::filesystem::path& cache);

}  // namespace gramian::host
