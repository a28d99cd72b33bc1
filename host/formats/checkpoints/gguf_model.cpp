#include "host/formats/checkpoints/gguf_model.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/formats/checkpoints/gguf_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/tensor_choice.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view kInput = "token_embd.weight";
constexpr std::string_view kOutput = "output.weight";

// Conversions append these so that the matrix has a row for every token.
bool is_padding(std::string_view token, int64_t row) { return token == "[PAD" + std::to_string(row) + "]"; }

std::optional<Vocabulary> read_tokens(const GgufFile& gguf, int64_t rows) {
  const auto tokens = gguf.strings("tokenizer.ggml.tokens");
  if (!tokens || tokens->empty()) return std::nullopt;
  const auto types = gguf.integers("tokenizer.ggml.token_type");
  const auto fail = [&](const std::string& what) {
    refuse(gguf.path(), "holds " + std::to_string(tokens->size()) + " tokens, but " + what +
                            "; convert the model again with llama.cpp");
  };
  if (std::ssize(*tokens) > rows) fail("its matrix has only " + std::to_string(rows) + " rows");
  if (types && types->size() != tokens->size()) fail(std::to_string(types->size()) + " types of tokens");
  constexpr int32_t kUnused = 5;
  int64_t bytes = 0;
  for (const std::string_view token : *tokens) bytes += std::ssize(token);
  Vocabulary vocabulary;
  vocabulary.reserve(rows, bytes);
  for (size_t i = 0; i < tokens->size(); ++i) {
    const bool unused = types && (*types)[i] == kUnused;
    if (unused && is_padding((*tokens)[i], static_cast<int64_t>(i))) {
      vocabulary.push_back_unnamed();
    } else {
      vocabulary.push_back((*tokens)[i]);
    }
  }
  while (vocabulary.size() < rows) vocabulary.push_back_unnamed();
  return vocabulary;
}

// llama.cpp takes the input matrix where a decoder has no output matrix; encoders have no use for one.
ModelConfig config_of(const GgufFile& gguf) {
  ModelConfig config;
  config.path = gguf.path();
  const std::string architecture(gguf.string("general.architecture").value_or(""));
  const bool encoder = architecture.find("bert") != std::string::npos || architecture == "t5encoder";
  config.tied = !encoder;
  return config;
}

std::vector<StoredTensor> stored_tensors(const GgufFile& gguf) {
  std::vector<StoredTensor> tensors;
  for (const GgufTensor& tensor : gguf.tensors()) {
    tensors.push_back({tensor.name, std::string(tensor.type->name), tensor.shape});
  }
  return tensors;
}

void refuse_other_part(const GgufFile& gguf) {
  const auto count = gguf.count("split.count").value_or(1);
  if (count <= 1 || gguf.find(kInput) != nullptr) return;
  refuse(gguf.path(), "is one of " + std::to_string(count) + " parts of a model, and holds no " + std::string(kInput) +
                          "; give the part that does, or name a tensor of this one with #NAME");
}

}  // namespace

ModelMatrix read_gguf(const std::shared_ptr<const MappedFile>& file, std::string_view wanted, int threads) {
  const GgufFile gguf(file);
  std::vector<StoredTensor> tensors = stored_tensors(gguf);
  if (wanted.empty()) refuse_other_part(gguf);
  const TensorChoice choice = choose_tensor(gguf.path(), tensors, wanted, [&] { return config_of(gguf); });
  const GgufTensor& tensor = *gguf.find(choice.name);

  ModelMatrix model{tensor.name, gguf.matrix(tensor, threads)};
  model.tensors = std::move(tensors);
  if (!choice.note.empty()) model.notes.push_back(choice.note);
  if (!tensor.type->plain) {
    model.converted = true;
    model.stored_type = tensor.type->name;
    model.notes.push_back("Values are stored as " + model.stored_type + " and were dequantized to fp32.");
  }
  if (tensor.name == kInput || tensor.name == kOutput) {
    model.vocabulary = read_tokens(gguf, model.matrix.view.rows);
  }
  return model;
}

StoredTensor describe_gguf(const std::shared_ptr<const MappedFile>& file, std::string_view wanted) {
  const GgufFile gguf(file);
  const std::vector<StoredTensor> tensors = stored_tensors(gguf);
  const std::string name = choose_tensor(gguf.path(), tensors, wanted, [&] { return config_of(gguf); }).name;
  return *std::ranges::find(tensors, name, &StoredTensor::name);
}

}  // namespace gramian::host
