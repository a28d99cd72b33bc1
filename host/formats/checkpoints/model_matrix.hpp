#pragma once
// The readers of whole models yield one matrix of theirs.

#include <optional>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "engine/vocabulary.hpp"
#include "host/formats/embedding.hpp"

namespace gramian::host {

struct ModelMatrix {
  std::string tensor;
  Matrix matrix;
  std::vector<std::string> files = {};     // that were opened, after the one given
  std::vector<StoredTensor> tensors = {};  // of the files that were opened
  std::string format = {};                 // of the file that holds it, where an index names that file
  bool converted = false;                  // the matrix lies in memory: it is no view of a mapped file
  std::string stored_type = {};            // of values that were unpacked, as the format calls it: "Q4_K"
  std::vector<std::string> notes = {};
  std::optional<Vocabulary> vocabulary = {};  // where the model holds one
};

}  // namespace gramian::host
