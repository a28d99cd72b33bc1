#include "host/formats/checkpoints/tensor_file.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/formats/checkpoints/packed_tensor.hpp"
#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/checkpoints/torch_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"
#include "host/formats/tensor_choice.hpp"

namespace gramian::host {
namespace {

std::function<ModelConfig()> config_beside(const std::string& path) {
  return [directory = std::filesystem::path(path).parent_path()] { return read_model_config(directory); };
}

class Safetensors : public TensorFile {
 public:
  explicit Safetensors(const std::shared_ptr<const MappedFile>& file) : TensorFile(file), file_(file) {
    for (const TensorInfo& tensor : file_.tensors()) tensors_.push_back({tensor.name, tensor.dtype, tensor.shape});
  }
  std::string format() const override { return "safetensors"; }
  const std::vector<StoredTensor>& tensors() const override { return tensors_; }
  Matrix matrix(const std::string& name) const override { return file_.matrix(*file_.find(name)); }

 private:
  SafetensorsFile file_;
  std::vector<StoredTensor> tensors_;
};

ModelMatrix take_choice(const TensorSource& source, const TensorChoice& choice, int threads) {
  ModelMatrix model = take_tensor(source, choice.name, threads);
  if (!choice.note.empty()) model.notes.insert(model.notes.begin(), choice.note);
  return model;
}

// Tensor name -> shard file name.
std::map<std::string, std::string> read_weight_map(const MappedFile& file) {
  const std::string remedy =
      "; give the index of a sharded model, or the file that holds the matrix "
      "(a vocabulary is given beside its matrix: vocab)";
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

class ShardSet {
 public:
  explicit ShardSet(const MappedFile& index) : index_(index) {}

  const TensorFile& open(const std::string& shard) { return *opened(shard).file; }
  /// Null where the shard lacks the tensor.
  const StoredTensor* find(const std::string& shard, std::string_view tensor) {
    const auto& by_name = opened(shard).by_name;
    const auto found = by_name.find(tensor);
    return found == by_name.end() ? nullptr : found->second;
  }

  const std::vector<std::string>& files() const { return files_; }
  const std::vector<StoredTensor>& tensors() const { return tensors_; }
  bool holds(const Matrix& matrix) const {
    return std::ranges::any_of(shards_, [&](const auto& shard) { return shard.second.file->holds(matrix); });
  }

 private:
  struct Shard {
    std::unique_ptr<TensorFile> file;
    std::unordered_map<std::string_view, const StoredTensor*> by_name;
  };

  const Shard& opened(const std::string& shard) {
    const auto found = shards_.find(shard);
    if (found != shards_.end()) return found->second;
    const auto path = std::filesystem::path(index_.path()).parent_path() / shard;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
      refuse(index_.path(), "names the shard " + printable(path.string(), 4096) + ", which is missing; download it");
    }
    files_.push_back(path.string());
    Shard made{open_tensor_file(MappedFile::open(path)), {}};
    for (const StoredTensor& tensor : made.file->tensors()) made.by_name.emplace(tensor.name, &tensor);
    tensors_.insert(tensors_.end(), made.file->tensors().begin(), made.file->tensors().end());
    return shards_.emplace(shard, std::move(made)).first->second;
  }

  const MappedFile& index_;
  std::map<std::string, Shard> shards_;
  std::vector<std::string> files_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace

std::unique_ptr<TensorFile> open_tensor_file(const std::shared_ptr<const MappedFile>& file) {
  if (is_torch_file(file->bytes())) return std::make_unique<TorchFile>(file);
  return std::make_unique<Safetensors>(file);
}

ModelMatrix read_tensor_file(const std::shared_ptr<const MappedFile>& file, std::string_view wanted, int threads) {
  const std::unique_ptr<TensorFile> model = open_tensor_file(file);
  TensorSource source{file->path(), {}, {}, config_beside(file->path())};
  for (const StoredTensor& tensor : model->tensors()) source.names.push_back(tensor.name);
  source.matrix = [&](const std::string& name) { return model->matrix(name); };
  ModelMatrix chosen =
      take_choice(source, choose_tensor(file->path(), model->tensors(), wanted, source.config), threads);
  chosen.converted = !model->holds(chosen.matrix);
  chosen.tensors = model->tensors();
  return chosen;
}

bool is_tensor_index(std::string_view start) {
  if (!start.starts_with('{')) return false;
  start.remove_prefix(1);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  return start.starts_with('"') || start.starts_with('}');
}

StoredTensor describe_tensor(const std::shared_ptr<const MappedFile>& file, std::string_view wanted) {
  const auto config = config_beside(file->path());
  if (!is_tensor_index(file->bytes())) {
    const std::unique_ptr<TensorFile> model = open_tensor_file(file);
    const std::string name = choose_tensor(file->path(), model->tensors(), wanted, config).name;
    return *std::ranges::find(model->tensors(), name, &StoredTensor::name);
  }
  const auto weight_map = read_weight_map(*file);
  std::vector<std::string> names;
  for (const auto& [name, shard] : weight_map) names.push_back(name);
  const auto choice = choose_by_name(file->path(), names, wanted, config);
  if (!choice) refuse(file->path(), "which tensor is meant cannot be told by the names of its index");
  ShardSet shards(*file);
  const StoredTensor* tensor = shards.find(weight_map.at(choice->name), choice->name);
  if (tensor == nullptr) refuse(file->path(), "names a shard that lacks " + in_quotes(choice->name));
  return *tensor;
}

ModelMatrix read_tensor_index(const std::shared_ptr<const MappedFile>& file, std::string_view wanted, int threads) {
  const auto weight_map = read_weight_map(*file);
  // Only the shards that matter are opened: usually one.
  ShardSet shards(*file);
  TensorSource source{file->path(), {}, {}, config_beside(file->path())};
  for (const auto& [name, shard] : weight_map) source.names.push_back(name);
  source.matrix = [&](const std::string& name) {
    const std::string& shard = weight_map.at(name);
    if (shards.find(shard, name) == nullptr) {
      refuse(file->path(), "places tensor " + in_quotes(name) + " in " + printable(shard, 200) +
                               ", which lacks it; download both again");
    }
    return shards.open(shard).matrix(name);
  };

  auto choice = choose_by_name(file->path(), source.names, wanted, source.config);
  if (!choice) {
    std::vector<StoredTensor> tensors;
    for (const auto& [name, shard] : weight_map) {
      if (const StoredTensor* tensor = shards.find(shard, name)) tensors.push_back(*tensor);
    }
    choice = choose_tensor(file->path(), tensors, wanted, source.config);
  }
  ModelMatrix model = take_choice(source, *choice, threads);
  model.files = shards.files();
  model.tensors = shards.tensors();
  model.converted = !shards.holds(model.matrix);
  model.format = shards.open(weight_map.at(choice->name)).format();
  return model;
}

}  // namespace gramian::host
