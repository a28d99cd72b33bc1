#include "host/formats/tensor_choice.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

std::vector<std::string> first_matches(const std::vector<std::string>& names,
                                       std::span<const std::string_view> usual_names) {
  for (const std::string_view usual : usual_names) {
    std::vector<std::string> matches;
    for (const std::string& name : names) {
      const bool prefixed =
          name.size() > usual.size() && name.ends_with(usual) && name[name.size() - usual.size() - 1] == '.';
      if (name == usual || prefixed) matches.push_back(name);
    }
    if (!matches.empty()) return matches;
  }
  return {};
}

bool is_matrix(const StoredTensor& tensor) { return tensor.shape.size() == 2; }

// "a [10 x 3], b [4 x 3]", the most rows first.
std::string list_matrices(std::vector<StoredTensor> tensors) {
  constexpr size_t kMost = 8;
  std::erase_if(tensors, [](const StoredTensor& t) { return !is_matrix(t); });
  if (tensors.empty()) return "it holds no matrix (a tensor of two dimensions)";
  std::ranges::stable_sort(tensors, std::ranges::greater{}, [](const StoredTensor& t) { return t.shape[0]; });
  std::string list = "choose one with #NAME: ";
  for (size_t i = 0; i < std::min(kMost, tensors.size()); ++i) {
    list += (i == 0 ? "" : ", ") + printable(tensors[i].name, 120) + " [" + std::to_string(tensors[i].shape[0]) +
            " x " + std::to_string(tensors[i].shape[1]) + "]";
  }
  if (tensors.size() > kMost) list += ", and " + std::to_string(tensors.size() - kMost) + " more";
  return list;
}

// Whether an architecture ends in a matrix that makes logits: "GPT2LMHeadModel", "T5ForConditionalGeneration".
bool has_head(const std::string& architecture) {
  constexpr std::array<std::string_view, 7> kHeads = {
      "ForCausalLM",    "LMHeadModel",     "ForMaskedLM", "ForConditionalGeneration",
      "ForPreTraining", "WithLMHeadModel", "ForSeq2SeqLM"};
  return std::ranges::any_of(kHeads, [&](std::string_view head) { return architecture.ends_with(head); });
}

TensorChoice tied_output(const std::string& path, const std::string& input, const ModelConfig& config) {
  const std::string lacking = "has no output matrix of its own, and ";
  const std::string remedy = "; #in is its input matrix";
  if (config.path.empty()) refuse(path, lacking + "no config.json beside it says whether it is tied" + remedy);
  const std::string source = printable(config.path, 4096);
  if (config.tied == false) refuse(path, lacking + source + " says that it is not tied" + remedy);
  const bool headless = !config.architectures.empty() && std::ranges::none_of(config.architectures, has_head);
  if (headless) {
    refuse(path,
           lacking + "as " + printable(config.architectures.front()) + " (" + source + ") it needs none" + remedy);
  }
  if (!config.tied && config.architectures.empty()) {
    refuse(path, lacking + source + " says neither 'tie_word_embeddings' nor 'architectures'" + remedy);
  }
  return {input, "The output matrix is tied: it is the input matrix " + printable(input, 120) + "."};
}

}  // namespace

std::vector<std::string> usual_embedding_names(const std::vector<std::string>& names) {
  // "shared.weight" comes before "embed_tokens.weight": T5 may hold both, and the latter twice.
  constexpr std::string_view kUsual[] = {"wte.weight",
                                         "shared.weight",
                                         "embed_tokens.weight",
                                         "word_embeddings.weight",
                                         "tok_embeddings.weight",
                                         "embed_in.weight",
                                         "token_embedding.weight",
                                         "token_embd.weight",
                                         "tok_embd.weight",
                                         "embedding.weight"};
  return first_matches(names, kUsual);
}

std::vector<std::string> usual_output_names(const std::vector<std::string>& names) {
  // RoBERTa stores "lm_head.dense.weight" too, which is no match; a bare "output.weight" is Llama's own or GGUF's,
  // while "attention.output.weight" and the like are not.
  constexpr std::string_view kUsual[] = {"lm_head.weight",
                                         "lm_head.decoder.weight",
                                         "embed_out.weight",
                                         "cls.predictions.decoder.weight",
                                         "output_layer.weight",
                                         "output_projection.weight",
                                         "lm_loss.weight",
                                         "generator_lm_head.weight",
                                         "predictions.decoder.weight",
                                         "vocab_projector.weight"};
  auto found = first_matches(names, kUsual);
  if (found.empty() && std::ranges::find(names, "output.weight") != names.end()) found.emplace_back("output.weight");
  return found;
}

std::optional<TensorChoice> choose_by_name(const std::string& path, const std::vector<std::string>& names,
                                           std::string_view wanted, const std::function<ModelConfig()>& config) {
  if (std::ranges::find(names, wanted) != names.end()) return TensorChoice{std::string(wanted)};
  if (!wanted.empty() && wanted != kInputRole && wanted != kOutputRole) return std::nullopt;
  if (wanted == kOutputRole) {
    const auto output = usual_output_names(names);
    if (output.size() == 1) {
      return TensorChoice{output.front(), "The output matrix is " + printable(output.front(), 120) +
                                              ", stored beside the input matrix."};
    }
    if (!output.empty()) return std::nullopt;
  }
  const auto input = usual_embedding_names(names);
  if (input.size() != 1) return std::nullopt;
  if (wanted == kOutputRole) return tied_output(path, input.front(), config());
  return TensorChoice{input.front()};
}

TensorChoice choose_tensor(const std::string& path, const std::vector<StoredTensor>& tensors, std::string_view wanted,
                           const std::function<ModelConfig()>& config) {
  std::vector<std::string> names;
  std::vector<std::string> matrices;
  for (const StoredTensor& tensor : tensors) {
    names.push_back(tensor.name);
    if (is_matrix(tensor)) matrices.push_back(tensor.name);
  }
  const bool by_name = std::ranges::find(names, wanted) != names.end();
  if (auto choice = choose_by_name(path, by_name ? names : matrices, wanted, config)) return *choice;
  if (wanted.empty()) {
    if (matrices.size() == 1) return {matrices.front()};
    refuse(path, "which tensor is the embedding cannot be told; " + list_matrices(tensors));
  }
  if (wanted == kInputRole || wanted == kOutputRole) {
    refuse(path, "which tensor is its " + std::string(wanted == kInputRole ? "input" : "output") +
                     " matrix cannot be told; " + list_matrices(tensors));
  }
  refuse(path, "has no tensor " + in_quotes(wanted) + "; " + list_matrices(tensors));
}

}  // namespace gramian::host
