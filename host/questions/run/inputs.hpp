#pragma once
// The matrices of a run.

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/space.hpp"
#include "host/formats/embedding.hpp"
#include "host/questions/json/json.hpp"

namespace gramian::questions {

/// An opened embedding, its rows chosen.
struct Input {
  host::Embedding embedding;
  std::vector<int64_t> rows;  // used, in order
  int64_t unnamed = 0;        // left out: rows without a token
  const Vocabulary* vocabulary() const { return embedding.vocabulary ? &*embedding.vocabulary : nullptr; }
  const MatrixView& view() const { return embedding.matrix.view; }
};

/// The SHA-256 of a file of an input; nothing where it was read in part.
struct FileSum {
  std::optional<std::string> sha256;
  /// Not computed: large files of the Hugging Face cache are named by their sum, which whoever downloaded them has
  /// checked. It is that of the bytes that were used unless the file was changed there since.
  bool from_name = false;
};

/// The sums of an input's files, in their order, and of its values where a file has none.
struct InputSums {
  std::vector<FileSum> files;
  std::optional<std::string> values;
};

/// A matrix that was opened before the run, or that lies in the memory of whoever asks.
struct GivenMatrix {
  host::Embedding embedding;
  /// SHA-256 of its files, once they are wanted.
  std::shared_future<InputSums> sums;
};

/// Opens a matrix that will be given to runs. Its files are hashed when that is first asked for.
GivenMatrix open_matrix(const std::string& path, const std::optional<std::filesystem::path>& vocab, int threads,
                        const host::ReadOptions& reading);

/// Inputs keep their place: answers refer to them.
class Inputs {
 public:
  Inputs() = default;
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;
  ~Inputs() { stop_hashing_ = true; }

  /// What open() shall find under a name, instead of a file.
  void give(const std::string& name, GivenMatrix matrix) { given_.insert_or_assign(name, std::move(matrix)); }
  /// Opens, and begins to hash.
  Input& open(const std::string& path, const std::optional<std::filesystem::path>& vocab, int threads,
              const host::ReadOptions& reading);
  /// The input whose matrix this is; null where none is.
  const Input* find(const MatrixView& matrix) const;
  template <class Use>
  void for_each(Use use) const {
    for (const Input& input : inputs_) use(input);
  }
  /// Bytes of the matrices that readers hold in memory instead of mapping their files.
  double copied_bytes() const;
  /// And of those that are mapped.
  double mapped_bytes() const;
  /// Waits for the hashes, calling `check` now and then.
  Json json(const std::function<void()>& check);

 private:
  std::atomic<bool> stop_hashing_{false};
  std::deque<Input> inputs_;
  std::map<std::string, GivenMatrix> given_;
  std::vector<std::shared_future<InputSums>> hashes_;
};

/// "run1.npy: npy, f16, 3,000 x 100"
std::string describe(const Input& input);
/// Its file, and the tensor where there is one: "layers.npz#h3", short, for a table of several.
std::string name_in_table(const Input& input);
/// {"path": ..., "tensor": ... or null}
Json path_and_tensor(const Input& input);
/// The token typed as `token`, or InvalidUsage with the nearest spellings.
int64_t require_token(const Input& input, const std::string& token);
/// Throws InvalidUsage unless the input has a vocabulary.
const Vocabulary& require_vocabulary(const Input& input, const std::string& what_for);
/// "3 rows without a cosine: row 17 "the" (zero), ...": names the first few of `bad`.
std::string name_bad_rows(const Input& input, const BadRows& bad);
/// The token of a row of the matrix between quotes, or "row 17".
std::string name_of(const Input& input, int64_t matrix_row);

}  // namespace gramian::questions
