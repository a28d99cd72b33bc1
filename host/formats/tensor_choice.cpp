#include "host/formats/tensor_choice.hpp"

#include <array>
#include <string_view>

namespace gramian::host {

std::vector<std::string> usual_embedding_names(const std::vector<std::string>& names) {
  // "shared.weight" comes before "embed_tokens.weight": T5 may hold both, and the latter twice.
  constexpr std::array<std::string_view, 10> kUsual = {"wte.weight",
                                                       "shared.weight",
                                                       "embed_tokens.weight",
                                                       "word_embeddings.weight",
                                                       "tok_embeddings.weight",
                                                       "embed_in.weight",
                                                       "token_embedding.weight",
                                                       "token_embd.weight",
                                                       "tok_embd.weight",
                                                       "embedding.weight"};
  for (const std::string_view usual : kUsual) {
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

}  // namespace gramian::host
