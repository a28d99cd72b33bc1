#include "host/formats/hub/model_folder.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& directory, const std::string& what) {
  throw InvalidUsage(printable(directory.string(), 4096) + ": " + what);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// Files, and links to files that are gone.
std::vector<std::string> files_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_directory(ignored)) names.push_back(it->path().filename().string());
  }
  if (error) fail(directory, "cannot be listed: " + error.message());
  std::ranges::sort(names);
  return names;
}

std::string list(const std::vector<std::string>& names) {
  constexpr size_t kMost = 6;
  std::string text;
  for (size_t i = 0; i < std::min(kMost, names.size()); ++i) text += (i == 0 ? "" : ", ") + printable(names[i], 100);
  return names.size() > kMost ? text + ", ..." : text;
}

// Weights in formats that are not read.
std::string_view foreign_weights(const std::vector<std::string>& names) {
  constexpr std::array<std::string_view, 5> kForeign = {"tf_model.h5", "flax_model.msgpack", "model.onnx",
                                                        "rust_model.ot", "model.ckpt.index"};
  for (const std::string_view name : kForeign) {
    if (std::ranges::find(names, name) != names.end()) return name;
  }
  return {};
}

}  // namespace

fs::path weights_of_folder(const fs::path& directory) {
  const std::vector<std::string> names = files_in(directory);
  const auto present = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) return false;
    if (!is_file(directory / name)) {
      fail(directory / name, "is a link to a file that is gone; fetch the model again");
    }
    return true;
  };
  for (const char* usual : {"model.safetensors.index.json", "model.safetensors"}) {
    if (present(usual)) return directory / usual;
  }
  const auto ending = [&](std::string_view suffix) {
    std::vector<std::string> found = names;
    std::erase_if(found, [&](const std::string& name) { return !name.ends_with(suffix); });
    return found;
  };
  if (const auto found = ending(".safetensors"); found.size() == 1 && present(found.front())) {
    return directory / found.front();
  }
  for (const char* usual : {"pytorch_model.bin.index.json", "pytorch_model.bin"}) {
    if (present(usual)) return directory / usual;
  }
  if (const auto found = ending(".gguf"); found.size() == 1 && present(found.front())) {
    return directory / found.front();
  }
  std::vector<std::string> several = ending(".safetensors");
  std::ranges::copy(ending(".gguf"), std::back_inserter(several));
  if (!several.empty())
    fail(directory, "is a folder with several files of weights; give one of them: " + list(several));
  if (is_file(directory / "0_Transformer" / "config.json")) return weights_of_folder(directory / "0_Transformer");
  if (const auto foreign = foreign_weights(names); !foreign.empty()) {
    fail(directory, "is a folder that has its weights only as " + std::string(foreign) +
                        ", which is not read here; fetch model.safetensors, or give the file that holds the matrix");
  }
  fail(directory,
       "is a directory without model.safetensors, pytorch_model.bin or a .gguf file; give the file that "
       "holds the matrix");
}

}  // namespace gramian::host
