#include "host/text/readers/wordpiece_files.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "engine/narrow.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"
#include "host/text/models/wordpiece_model.hpp"
#include "host/text/normalizers/bert_normalizer.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/pre_tokenizers/split.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

Vocabulary read_lines(const MappedFile& file) {
  Vocabulary vocabulary;
  std::string_view rest = file.bytes();
  vocabulary.reserve(std::ranges::count(rest, '\n') + 1, std::ssize(rest));
  while (!rest.empty()) {
    const size_t newline = std::min(rest.find('\n'), rest.size());
    std::string_view token = rest.substr(0, newline);
    if (token.ends_with('\r')) token.remove_suffix(1);
    vocabulary.push_back(token);
    rest.remove_prefix(std::min(newline + 1, rest.size()));
  }
  return vocabulary;
}

bool in_brackets(std::string_view token) { return token.starts_with('[') && token.ends_with(']'); }

bool all_small(const Vocabulary& vocabulary) {
  for (int64_t id = 0; id < vocabulary.size(); ++id) {
    if (!in_brackets(vocabulary[id]) && has_capital(vocabulary[id])) return false;
  }
  return true;
}

BertSettings settings_for(const std::filesystem::path& path, const Vocabulary& vocabulary) {
  BertSettings settings;
  settings.lowercase = settings.strip_accents = all_small(vocabulary);
  const std::filesystem::path beside = path.parent_path() / "tokenizer_config.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(beside, ignored)) return settings;
  const auto file = MappedFile::open(beside);
  const nlohmann::json document = parse_json(file->path(), file->bytes());
  const JsonPart config(file->path(), "tokenizer_config", document);
  settings.lowercase = config.flag("do_lower_case", settings.lowercase);
  settings.strip_accents = config.flag("strip_accents", settings.lowercase);
  settings.handle_chinese_chars = config.flag("tokenize_chinese_chars", true);
  return settings;
}

}  // namespace

std::unique_ptr<Tokenizer> open_wordpiece(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  PipelineParts parts;
  parts.vocabulary = read_lines(*file);
  const auto unknown = parts.vocabulary.find("[UNK]");
  if (!unknown) {
    refuse(file->path(),
           "has no [UNK], so it is no vocabulary of WordPiece; for a vocabulary of words leave the tokenizer out");
  }
  const BertSettings settings = settings_for(path, parts.vocabulary);
  parts.kind = settings.lowercase ? "WordPiece, uncased" : "WordPiece, cased";
  std::vector<AddedToken> added;
  for (const char* special : {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"}) {
    if (const auto id = parts.vocabulary.find(special)) added.push_back({.content = special, .id = *id});
  }
  parts.added = AddedTokens(std::move(added));
  parts.normalizers.push_back(std::make_unique<BertNormalizer>(settings));
  add_bert_pre_tokenizers(parts.pre_tokenizers);
  parts.model =
      std::make_unique<WordpieceModel>(parts.vocabulary, WordpieceSettings{.unknown = narrow<int32_t>(*unknown)});
  return std::make_unique<Pipeline>(std::move(parts));
}

}  // namespace gramian::host
