#pragma once
// PyTorch checkpoints: a zip file with a pickle that describes the tensors, and their storages as members; or, before
// PyTorch 1.6, pickles and storages one after the other. Writer: torch/serialization.py, save and _legacy_save.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/archives/zip_archive.hpp"
#include "host/formats/checkpoints/tensor_file.hpp"
#include "host/formats/pickles/pickle.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a checkpoint of either kind.
bool is_torch_file(std::string_view start);

/// The tensors of a checkpoint: those of a state_dict, also within dictionaries (their keys joined by dots), or the one
/// that was saved alone, which is called "tensor". Nothing of the pickle is run (pickle.hpp).
class TorchFile : public TensorFile {
 public:
  /// Throws InvalidInput: what Pickle and ZipArchive refuse, TorchScript, big-endian storages, a tensor that reaches
  /// beyond its storage, no tensor at all.
  explicit TorchFile(const std::shared_ptr<const MappedFile>& file);

  std::string format() const override { return "pytorch"; }
  const std::vector<StoredTensor>& tensors() const override { return described_; }
  Matrix matrix(const std::string& name) const override;

 private:
  struct Tensor {
    std::string storage;
    std::optional<ElementType> type;
    std::string type_name;  // as PyTorch calls it
    int64_t numel = 0;      // of the storage
    int64_t offset = 0;     // in elements
    std::vector<int64_t> shape;
    std::vector<int64_t> strides;
  };
  class Collector;
  void read_zip();
  void read_legacy();
  std::string_view storage(const Tensor& tensor) const;

  std::shared_ptr<const MappedFile> file_;
  std::optional<ZipArchive> zip_;
  std::string prefix_;                              // of the members' names
  std::map<std::string, std::string_view> legacy_;  // bytes of storages by key
  std::vector<StoredTensor> described_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace gramian::host
