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

/// What "normalizer" asks for; `value` may be null.
std::vector<std::unique_ptr<Normalizer>> json_normalizers(std::string_view path, const nlohmann::json& value);

struct JsonStages {
  std::vector<CuttingStage> stages;
  bool byte_level = false;  // the model sees stand-ins of bytes (byte_level.hpp)
  bool gpt2_words = false;
};
/// What "pre_tokenizer" asks for; `value` may be null.
JsonStages json_stages(std::string_view path, const nlohmann::json& value);

/// What "model" asks for, over `vocabulary`, which has its tokens; sets `kind`. May add a stage that changes no token.
std::unique_ptr<WordModel> json_model(std::string_view path, const nlohmann::json& value, const Vocabulary& vocabulary,
                                      JsonStages& stages, std::string& kind);

}  // namespace gramian::host
