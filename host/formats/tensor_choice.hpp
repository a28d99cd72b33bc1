#pragma once
// Which tensor of a model is its token embedding.

#include <string>
#include <vector>

namespace gramian::host {

/// Those of `names` that match the first of the usual names of a token embedding ("wte.weight",
/// "embed_tokens.weight", ..., alone or after a prefix and a dot) which any of them matches; empty when none does.
std::vector<std::string> usual_embedding_names(const std::vector<std::string>& names);

}  // namespace gramian::host
