#include "host/formats/checkpoints/model_config.hpp"

#include <system_error>

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"

namespace gramian::host {
namespace {

using nlohmann::json;

std::optional<AffinePacking> packing_of(const json& object) {
  const auto group = object.find("group_size");
  const auto bits = object.find("bits");
  if (group == object.end() || bits == object.end()) return std::nullopt;
  if (!group->is_number_integer() || !bits->is_number_integer()) return std::nullopt;
  return AffinePacking{group->get<int64_t>(), bits->get<int64_t>()};
}

void read_packing(const json& quantization, ModelConfig& config) {
  config.packing = packing_of(quantization);
  if (const auto mode = quantization.find("mode"); mode != quantization.end() && mode->is_string()) {
    config.packing_mode = mode->get<std::string>() == "affine" ? "" : mode->get<std::string>();
  }
  for (const auto& [module, entry] : quantization.items()) {
    if (!entry.is_object()) continue;
    if (const auto packing = packing_of(entry)) config.packing_of.emplace(module, *packing);
  }
}

}  // namespace

ModelConfig read_model_config(const std::filesystem::path& directory) {
  ModelConfig config;
  const std::filesystem::path path = directory / "config.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return config;
  config.path = path.string();
  const auto file = MappedFile::open(path);
  const json document = parse_json(file->path(), file->bytes());
  const auto fail = [&](const std::string& what) { refuse(config.path, what + "; download it again"); };
  if (!document.is_object()) fail("is no JSON object");
  if (const auto tied = document.find("tie_word_embeddings"); tied != document.end() && !tied->is_null()) {
    if (!tied->is_boolean()) fail("its 'tie_word_embeddings' is neither true nor false");
    config.tied = tied->get<bool>();
  }
  if (const auto type = document.find("model_type"); type != document.end() && type->is_string()) {
    config.model_type = type->get<std::string>();
  }
  if (const auto list = document.find("architectures"); list != document.end() && list->is_array()) {
    for (const json& name : *list) {
      if (name.is_string()) config.architectures.push_back(name.get<std::string>());
    }
  }
  if (const auto packing = document.find("quantization"); packing != document.end() && packing->is_object()) {
    read_packing(*packing, config);
  }
  return config;
}

}  // namespace gramian::host
