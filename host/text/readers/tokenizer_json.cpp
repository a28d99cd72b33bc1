#include "host/text/readers/tokenizer_json.hpp"

#include <utility>

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/json/json_file.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/token_list.hpp"

namespace gramian::host {
namespace {

std::vector<TokenEntry> model_tokens(std::string_view path, const nlohmann::json& model) {
  const auto vocab = model.find("vocab");
  if (vocab == model.end()) refuse(path, "its 'model' has no 'vocab'; save the tokenizer again");
  if (!vocab->is_array()) return token_entries(path, *vocab);
  std::vector<TokenEntry> entries;
  for (const nlohmann::json& piece : *vocab) {
    if (!piece.is_array() || piece.empty() || !piece[0].is_string()) {
      refuse(path, "entry " + std::to_string(entries.size()) +
                       " of its vocabulary is no [token, score] pair; save the tokenizer again");
    }
    entries.emplace_back(std::ssize(entries), piece[0].get<std::string>());
  }
  return entries;
}

std::string normalized(const std::vector<std::unique_ptr<Normalizer>>& normalizers, std::string text) {
  for (const auto& normalizer : normalizers) {
    NormalizedString changed = normalizer->apply(text);
    text = std::string(changed.text());
  }
  return text;
}

}  // namespace

std::unique_ptr<Tokenizer> open_tokenizer_json(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  const std::string& name = file->path();
  const nlohmann::json document = parse_json(name, file->bytes());
  const auto field = [&](const char* key) {
    const auto found = document.is_object() ? document.find(key) : document.end();
    return found == document.end() ? nullptr : &*found;
  };
  const nlohmann::json none;
  const auto value = [&](const char* key) -> const nlohmann::json& {
    const nlohmann::json* found = field(key);
    return found == nullptr ? none : *found;
  };
  if (!value("model").is_object()) {
    refuse(name, "has no 'model'; give a tokenizer.json of Hugging Face, or vocab.json with its merges.txt");
  }
  PipelineParts parts;
  parts.normalizers = json_normalizers(name, value("normalizer"));
  JsonPreTokenizers pre_tokenizers = json_pre_tokenizers(name, value("pre_tokenizer"));

  std::vector<TokenEntry> entries = model_tokens(name, value("model"));
  // Added tokens are found in the text alone: the model does not know them.
  parts.model = json_model(name, value("model"), token_list(name, entries), pre_tokenizers, parts.kind);
  std::vector<AddedToken> added;
  std::vector<AddedToken> normalized_added;
  const nlohmann::json& list = value("added_tokens");
  if (!list.is_null() && !list.is_array()) refuse(name, "its 'added_tokens' is no list; save the tokenizer again");
  for (const nlohmann::json& entry : list) {
    const JsonPart part(name, "added_tokens", entry);
    AddedToken token;
    token.content = part.text("content");
    const nlohmann::json* id = part.find("id");
    if (id == nullptr) part.wrong("id", "missing");
    token.id = token_id(name, token.content, *id);
    token.single_word = part.flag("single_word", false);
    token.lstrip = part.flag("lstrip", false);
    token.rstrip = part.flag("rstrip", false);
    if (!token.content.empty()) entries.emplace_back(token.id, token.content);
    if (part.flag("normalized", true)) {
      token.content = normalized(parts.normalizers, std::move(token.content));
      normalized_added.push_back(std::move(token));
    } else {
      added.push_back(std::move(token));
    }
  }
  parts.added = AddedTokens(std::move(added));
  parts.normalized_added = AddedTokens(std::move(normalized_added));
  parts.vocabulary = token_list(name, std::move(entries));
  parts.pre_tokenizers = std::move(pre_tokenizers.list);
  return std::make_unique<Pipeline>(std::move(parts));
}

}  // namespace gramian::host
