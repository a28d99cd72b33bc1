#include <algorithm>
#include <optional>
#include <utility>

#include "engine/narrow.hpp"
#include "host/text/models/bpe_model.hpp"
#include "host/text/models/unigram_model.hpp"
#include "host/text/models/word_level_model.hpp"
#include "host/text/models/wordpiece_model.hpp"
#include "host/text/pipeline/byte_alphabet.hpp"
#include "host/text/pre_tokenizers/metaspace.hpp"
#include "host/text/readers/gpt2_files.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/token_list.hpp"
#include "host/text/readers/tokenizer_json.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

constexpr const char* kSupported = "BPE, WordPiece, Unigram, WordLevel";

/// The type of the model; older files do not say it.
std::string type_of(const JsonPart& model) {
  const std::string type = model.text("type");
  if (!type.empty()) return type;
  if (model.find("merges") != nullptr) return "BPE";
  if (model.find("max_input_chars_per_word") != nullptr) return "WordPiece";
  const nlohmann::json* vocab = model.find("vocab");
  return vocab != nullptr && vocab->is_array() ? "Unigram" : "WordLevel";
}

int32_t id_of(const JsonPart& model, const Vocabulary& vocabulary, const std::string& token, const char* field) {
  const auto id = vocabulary.find(token);
  if (!id) model.wrong(field, in_quotes(token) + ", which is not in its vocabulary");
  return narrow<int32_t>(*id);
}

std::optional<ByteTokens> bytes_of(const Vocabulary& vocabulary) {
  return ByteTokens::find([&](const std::string& name) -> std::optional<int32_t> {
    const auto id = vocabulary.find(name);
    return id ? std::optional(narrow<int32_t>(*id)) : std::nullopt;
  });
}

std::vector<MergeTable::Merge> merges_of(const JsonPart& model, const Vocabulary& vocabulary, size_t prefix) {
  std::vector<MergeTable::Merge> merges;
  const nlohmann::json& list = model.list("merges");
  merges.reserve(list.size());
  const std::string path = printable(model.path(), 4096);
  for (const nlohmann::json& entry : list) {
    if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      merges.push_back(merge_of(path, vocabulary, entry[0].get_ref<const std::string&>(),
                                entry[1].get_ref<const std::string&>(), prefix));
      continue;
    }
    const std::string_view line = entry.is_string() ? entry.get_ref<const std::string&>() : std::string_view();
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      refuse(model.path(), "merge " + std::to_string(merges.size()) + " is not two symbols; save the tokenizer again");
    }
    merges.push_back(merge_of(path, vocabulary, line.substr(0, space), line.substr(space + 1), prefix));
  }
  return merges;
}

bool marks_only_begin(const Vocabulary& vocabulary, const std::vector<MergeTable::Merge>& merges) {
  return std::ranges::none_of(merges, [&](const MergeTable::Merge& merge) {
    return vocabulary[merge.right].starts_with(kSentencePieceSpace) &&
           !vocabulary[merge.left].ends_with(kSentencePieceSpace);
  });
}

std::unique_ptr<WordModel> byte_pairs(const JsonPart& model, const Vocabulary& vocabulary,
                                      JsonPreTokenizers& pre_tokenizers, std::string& kind) {
  if (model.find("dropout") != nullptr) model.unsupported("dropout, so that no text has certain tokens", "none");
  const std::string prefix = model.text("continuing_subword_prefix");
  const std::string suffix = model.text("end_of_word_suffix");
  const std::string unknown = model.text("unk_token");
  const bool affixes = !prefix.empty() || !suffix.empty();
  const bool whole_words = model.flag("ignore_merges", false);
  BpeParts parts;
  parts.byte_level = pre_tokenizers.byte_level && !pre_tokenizers.spelled;
  parts.alphabet = bpe_alphabet(vocabulary, parts.byte_level, prefix, suffix);
  parts.merges = merges_of(model, vocabulary, prefix.size());
  if (!unknown.empty()) parts.unknown = id_of(model, vocabulary, unknown, "unk_token");
  parts.fuse_unknown = model.flag("fuse_unk", false);
  if (model.flag("byte_fallback", false) && !parts.byte_level) {
    if (affixes) model.unsupported("byte_fallback with a prefix or suffix of words", "either of them");
    parts.bytes = bytes_of(vocabulary);
  }
  for (int64_t id = 0; whole_words && id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary[id];
    const auto word = parts.byte_level ? from_byte_level(token) : std::string(token);
    if (word && !word->empty()) parts.whole_words.try_emplace(*word, narrow<int32_t>(id));
  }
  // Where no merge joins the end of a word with the mark of the next, a text that is one word is split there.
  if (pre_tokenizers.whole && !whole_words && !affixes && vocabulary.find(kSentencePieceSpace) &&
      marks_only_begin(vocabulary, parts.merges)) {
    pre_tokenizers.list.push_back(std::make_unique<MetaspaceRuns>());
  }
  const bool gpt2 = pre_tokenizers.byte_level && pre_tokenizers.gpt2_words;
  kind = gpt2 ? "GPT-2 byte-level BPE" : pre_tokenizers.byte_level ? "byte-level BPE" : "BPE";
  return std::make_unique<BpeModel>(std::move(parts));
}

std::unique_ptr<WordModel> wordpiece(const JsonPart& model, const Vocabulary& vocabulary, std::string& kind) {
  WordpieceSettings settings;
  const std::string unknown = model.text("unk_token", "[UNK]");
  settings.unknown = id_of(model, vocabulary, unknown, "unk_token");
  settings.continuation = model.text("continuing_subword_prefix", "##");
  if (const nlohmann::json* longest = model.find("max_input_chars_per_word")) {
    if (!longest->is_number_unsigned()) model.wrong("max_input_chars_per_word", "no number");
    settings.longest_word = narrow<int64_t>(longest->get<uint64_t>());
  }
  kind = "WordPiece";
  return std::make_unique<WordpieceModel>(vocabulary, settings);
}

std::unique_ptr<WordModel> unigram(const JsonPart& model, const Vocabulary& vocabulary, std::string& kind) {
  std::vector<double> scores;
  for (const nlohmann::json& entry : model.list("vocab")) {
    if (!entry.is_array() || entry.size() != 2 || !entry[1].is_number()) {
      refuse(model.path(), "entry " + std::to_string(scores.size()) +
                               " of its vocabulary is no [token, score] pair; save the tokenizer again");
    }
    scores.push_back(entry[1].get<double>());
  }
  int32_t unknown = TextToken::kUnknown;
  if (const nlohmann::json* id = model.find("unk_id")) {
    unknown = narrow<int32_t>(token_id(model.path(), "unknown", *id));
    if (unknown >= std::ssize(scores)) model.wrong("unk_id", "no id of its vocabulary");
  }
  constexpr double kPenalty = 10;  // SentencePiece's, below the worst score
  Viterbi viterbi({.unknown = unknown, .unknown_score = std::ranges::min(scores) - kPenalty});
  for (size_t id = 0; id < scores.size(); ++id) {
    const std::string_view token = vocabulary[static_cast<int64_t>(id)];
    if (!token.empty()) viterbi.add(token, static_cast<int32_t>(id), scores[id]);
  }
  const bool bytes = model.flag("byte_fallback", false);
  kind = "Unigram";
  return std::make_unique<UnigramModel>(std::move(viterbi),
                                        UnknownPieces(unknown, bytes ? bytes_of(vocabulary) : std::nullopt));
}

std::unique_ptr<WordModel> word_level(const JsonPart& model, const Vocabulary& vocabulary, std::string& kind) {
  TokenMap tokens;
  for (int64_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.named(id)) tokens.emplace(vocabulary[id], narrow<int32_t>(id));
  }
  const auto unknown = vocabulary.find(model.text("unk_token", "<unk>"));
  kind = "WordLevel";
  return std::make_unique<WordLevelModel>(std::move(tokens), narrow<int32_t>(unknown.value_or(TextToken::kUnknown)));
}

}  // namespace

std::unique_ptr<WordModel> json_model(std::string_view path, const nlohmann::json& value, const Vocabulary& vocabulary,
                                      JsonPreTokenizers& pre_tokenizers, std::string& kind) {
  const JsonPart model(path, "model", value);
  const std::string type = type_of(model);
  if (type == "BPE") return byte_pairs(model, vocabulary, pre_tokenizers, kind);
  if (pre_tokenizers.byte_level) model.unsupported(in_quotes(type) + " over ByteLevel", "BPE over ByteLevel");
  if (type == "WordPiece") return wordpiece(model, vocabulary, kind);
  if (type == "WordLevel") return word_level(model, vocabulary, kind);
  if (type == "Unigram") return unigram(model, vocabulary, kind);
  model.unsupported("the type " + in_quotes(type), kSupported);
}

}  // namespace gramian::host
