#pragma once
// Which tensor of a model is meant: by name, by role, or by being the token embedding.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/checkpoints/model_config.hpp"
#include "host/formats/embedding.hpp"

namespace gramian::host {

struct TensorChoice {
  std::string name;
  std::string note = {};  // a sentence, where something was understood that was not asked for
};

/// Roles that stand for a name, unless a tensor is called so: the matrix that tokens enter by, and the one whose
/// products with a hidden state are the logits.
inline constexpr std::string_view kInputRole = "in";
inline constexpr std::string_view kOutputRole = "out";

/// Those of `names` that match the first of the usual names of a token embedding ("wte.weight",
/// "embed_tokens.weight", ..., alone or after a prefix and a dot) which any of them matches; empty when none does.
std::vector<std::string> usual_embedding_names(const std::vector<std::string>& names);
/// The same of an output matrix ("lm_head.weight", "embed_out.weight", ...).
std::vector<std::string> usual_output_names(const std::vector<std::string>& names);

/// The choice that names alone can make: `wanted` itself, the role it stands for, or (where it is empty) the one usual
/// token embedding. Nothing where they cannot. `config` is asked for where a model has no output matrix of its own:
/// that it is tied to the input has to be said by tie_word_embeddings, or else by an architecture with a head.
/// Throws InvalidInput for an output matrix that the model `path` does not have.
std::optional<TensorChoice> choose_by_name(const std::string& path, const std::vector<std::string>& names,
                                           std::string_view wanted, const std::function<ModelConfig()>& config);

/// The tensor that choose_by_name chooses, else the only matrix. Throws InvalidInput, which lists the matrices: no such
/// tensor, or several to choose from.
TensorChoice choose_tensor(const std::string& path, const std::vector<StoredTensor>& tensors, std::string_view wanted,
                           const std::function<ModelConfig()>& config);

}  // namespace gramian::host
