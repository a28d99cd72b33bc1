#include "host/formats/checkpoints/safetensors_model.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <system_error>

#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"
#include "host/formats/tensor_choice.hpp"

namespace gramian::host {
namespace {

bool is_matrix(const TensorInfo& tensor) { return tensor.shape.size() == 2; }

// "a [10 x 3], b [4 x 3]", the most rows first.
std::string list_matrices(std::vector<TensorInfo> tensors) {
  constexpr size_t kMost = 8;
  std::erase_if(tensors, [](const TensorInfo& t) { return !is_matrix(t); });
  if (tensors.empty()) return "it holds no matrix (a tensor of two dimensions)";
  std::ranges::stable_sort(tensors, std::ranges::greater{}, [](const TensorInfo& t) { return t.shape[0]; });
  std::string list = "choose one with #NAME: ";
  for (size_t i = 0; i < std::min(kMost, tensors.size()); ++i) {
    list += (i == 0 ? "" : ", ") + printable(tensors[i].name, 120) + " [" + std::to_string(tensors[i].shape[0]) +
            " x " + std::to_string(tensors[i].shape[1]) + "]";
  }
  if (tensors.size() > kMost) list += ", and " + std::to_string(tensors.size() - kMost) + " more";
  return list;
}

// The name of the tensor to read, out of all tensors of a model.
std::string choose(const std::string& path, const std::vector<TensorInfo>& tensors, std::string_view wanted) {
  std::vector<std::string> names;
  for (const TensorInfo& tensor : tensors) {
    if (wanted.empty() ? is_matrix(tensor) : tensor.name == wanted) names.push_back(tensor.name);
  }
  if (!wanted.empty()) {
    if (names.empty()) refuse(path, "has no tensor " + in_quotes(wanted) + "; " + list_matrices(tensors));
    return names.front();
  }
  const auto usual = usual_embedding_names(names);
  if (usual.size() == 1) return usual.front();
  if (names.size() == 1) return names.front();
  refuse(path, "which tensor is the embedding cannot be told; " + list_matrices(tensors));
}

// Tensor name -> shard file name.
std::map<std::string, std::string> read_weight_map(const MappedFile& file) {
  const std::string remedy =
      "; give the index of a sharded safetensors model, or the file that holds the matrix "
      "(a vocabulary belongs in --vocab)";
  const auto json = parse_json(file.path(), file.bytes());
  const auto weights = json.find("weight_map");
  if (weights == json.end() || !weights->is_object()) refuse(file.path(), "is JSON without a 'weight_map'" + remedy);
  std::map<std::string, std::string> map;
  for (const auto& [name, shard] : weights->items()) {
    // Shards lie beside their index; nothing in a download may point elsewhere.
    const bool plain =
        shard.is_string() && !shard.get_ref<const std::string&>().empty() &&
        shard.get_ref<const std::string&>().find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
    if (!plain) refuse(file.path(), "the shard of tensor " + in_quotes(name) + " is no plain file name" + remedy);
    map.emplace(name, shard.get<std::string>());
  }
  if (map.empty()) refuse(file.path(), "its 'weight_map' is empty" + remedy);
  return map;
}

std::vector<StoredTensor> stored(const SafetensorsFile& model) {
  std::vector<StoredTensor> tensors;
  for (const TensorInfo& tensor : model.tensors()) tensors.push_back({tensor.name, tensor.dtype, tensor.shape});
  return tensors;
}

class ShardSet {
 public:
  explicit ShardSet(const MappedFile& index) : index_(index) {}

  const SafetensorsFile& open(const std::string& shard) {
    const auto found = shards_.find(shard);
    if (found != shards_.end()) return found->second;
    const auto path = std::filesystem::path(index_.path()).parent_path() / shard;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
      refuse(index_.path(), "names the shard " + printable(path.string(), 4096) + ", which is missing; download it");
    }
    files_.push_back(path.string());
    const SafetensorsFile& opened = shards_.emplace(shard, SafetensorsFile(MappedFile::open(path))).first->second;
    std::ranges::move(stored(opened), std::back_inserter(tensors_));
    return opened;
  }

  const std::vector<std::string>& files() const { return files_; }
  const std::vector<StoredTensor>& tensors() const { return tensors_; }

 private:
  const MappedFile& index_;
  std::map<std::string, SafetensorsFile> shards_;
  std::vector<std::string> files_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

ModelMatrix read_safetensors(const std::shared_ptr<const MappedFile>& file, std::string_view wanted) {
  const SafetensorsFile model(file);
  const std::string name = choose(file->path(), model.tensors(), wanted);
  return {name, model.matrix(*model.find(name)), {}, stored(model)};
}

bool is_safetensors_index(std::string_view start) {
  if (!start.starts_with('{')) return false;
  start.remove_prefix(1);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  return start.starts_with('"') || start.starts_with('}');
}

ModelMatrix read_safetensors_index(const std::shared_ptr<const MappedFile>& file, std::string_view wanted) {
  const auto weight_map = read_weight_map(*file);
  std::vector<std::string> names;
  for (const auto& [name, shard] : weight_map) names.push_back(name);

  // Only the shards that matter are opened: usually one.
  ShardSet shards(*file);
  std::string name(wanted);
  if (name.empty()) {
    const auto usual = usual_embedding_names(names);
    if (usual.size() == 1) name = usual.front();
  }
  if (name.empty() || !weight_map.contains(name)) {
    std::vector<TensorInfo> tensors;
    for (const auto& [tensor, shard] : weight_map) {
      if (const TensorInfo* info = shards.open(shard).find(tensor)) tensors.push_back(*info);
    }
    name = choose(file->path(), tensors, wanted);
  }

  const std::string& shard = weight_map.at(name);
  const SafetensorsFile& model = shards.open(shard);
  const TensorInfo* tensor = model.find(name);
  if (tensor == nullptr) {
    refuse(file->path(), "places tensor " + in_quotes(name) + " in " + printable(shard, 200) +
                             ", which lacks it; download both again");
  }
  return {name, model.matrix(*tensor), shards.files(), shards.tensors()};
}

}  // namespace gramian::host
