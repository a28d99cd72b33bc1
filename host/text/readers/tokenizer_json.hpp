#pragma once
// tokenizer.json of Hugging Face's tokenizers. Its post_processor, which adds [CLS] and the like and may trim the
// spaces of tokens, is left out, and so are truncation and padding.

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// Throws InvalidInput: malformed, or with parts that are not supported, which it names.
std::unique_ptr<Tokenizer> open_tokenizer_json(const std::filesystem::path& path);

/// The normalizers that "normalizer" asks for; `value` may be null.
std::vector<std::unique_ptr<Normalizer>> json_normalizers(std::string_view path, const nlohmann::json& value);

struct JsonPreTokenizers {
  std::vector<std::unique_ptr<PreTokenizer>> list;
  bool byte_level = false;  // tokens spell bytes (byte_alphabet.hpp)
  bool spelled = false;     // and so does the text that the model gets
  bool gpt2_words = false;
  bool whole = true;  // the model gets every stretch of text as one word
};
/// The pre-tokenizers that "pre_tokenizer" asks for; `value` may be null.
JsonPreTokenizers json_pre_tokenizers(std::string_view path, const nlohmann::json& value);

/// The model that "model" asks for, over `vocabulary`, which has its tokens; sets `kind`. May add a pre-tokenizer that
/// changes no token.
std::unique_ptr<WordModel> json_model(std::string_view path, const nlohmann::json& value, const Vocabulary& vocabulary,
                                      JsonPreTokenizers& pre_tokenizers, std::string& kind);

}  // namespace gramian::host
