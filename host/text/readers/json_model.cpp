#include <algorithm>
#include <utility>

#include "engine/narrow.hpp"
#include "host/text/models/byte_pair_model.hpp"
#include "host/text/models/code_point_pair_model.hpp"
#include "host/text/models/unigram_model.hpp"
#include "host/text/models/wordpiece_model.hpp"
#include "host/text/pre_tokenizers/mark_splitter.hpp"
#include "host/text/readers/gpt2_files.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/token_list.hpp"
#include "host/text/readers/tokenizer_json.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

constexpr const char* kSupported = "BPE, WordPiece, Unigram";

/// Older files do not say.
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

std::vector<MergeTable::Merge> merges_of(const JsonPart& model, const Vocabulary& vocabulary) {
  std::vector<MergeTable::Merge> merges;
  const nlohmann::json& list = model.list("merges");
  merges.reserve(list.size());
  const std::string path = printable(model.path(), 4096);
  for (const nlohmann::json& entry : list) {
    if (entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string()) {
      merges.push_back(
          merge_of(path, vocabulary, entry[0].get_ref<const std::string&>(), entry[1].get_ref<const std::string&>()));
      continue;
    }
    const std::string_view line = entry.is_string() ? entry.get_ref<const std::string&>() : std::string_view();
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      refuse(model.path(), "merge " + std::to_string(merges.size()) + " is not two symbols; save the tokenizer again");
    }
    merges.push_back(merge_of(path, vocabulary, line.substr(0, space), line.substr(space + 1)));
  }
  return merges;
}

bool marks_only_begin(const Vocabulary& vocabulary, const std::vector<MergeTable::Merge>& merges) {
  return std::ranges::none_of(merges, [&](const MergeTable::Merge& merge) {
    return vocabulary[merge.right].starts_with(kSentencePieceSpace) &&
           !vocabulary[merge.left].ends_with(kSentencePieceSpace);
  });
}

std::unique_ptr<WordModel> byte_pairs(const JsonPart& model, const Vocabulary& vocabulary, JsonStages& stages,
                                      std::string& kind) {
  if (model.find("dropout") != nullptr) model.unsupported("dropout, so that no text has certain tokens", "none");
  for (const char* field : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!model.text(field).empty()) model.unsupported("a " + std::string(field), "none");
  }
  const std::string unknown_token = model.text("unk_token");
  const int32_t unknown =
      unknown_token.empty() ? MergeTable::kNoMerge : id_of(model, vocabulary, unknown_token, "unk_token");
  const bool whole_words = model.flag("ignore_merges", false);
  const auto merges = merges_of(model, vocabulary);
  if (stages.byte_level) {
    kind = stages.gpt2_words ? "GPT-2 byte-level BPE" : "byte-level BPE";
    return std::make_unique<BytePairModel>(vocabulary, merges, whole_words, unknown);
  }
  kind = "BPE";
  // Where no merge joins the end of a word with the mark of the next, a text without cuts is cut there all the same:
  // the tokens do not change, and words come again where whole texts do not.
  const bool cuts =
      std::ranges::any_of(stages.stages, [](const CuttingStage& stage) { return stage.splitter != nullptr; });
  if (!cuts && !whole_words && vocabulary.find(kSentencePieceSpace) && marks_only_begin(vocabulary, merges)) {
    CuttingStage stage;
    stage.splitter = std::make_unique<MarkSplitter>(std::string(kSentencePieceSpace), true);
    stages.stages.push_back(std::move(stage));
  }
  return std::make_unique<CodePointPairModel>(vocabulary, merges,
                                              CodePointPairSettings{.unknown = unknown,
                                                                    .fuse_unknown = model.flag("fuse_unk", false),
                                                                    .byte_fallback = model.flag("byte_fallback", false),
                                                                    .whole_words = whole_words});
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
  kind = "Unigram";
  return std::make_unique<UnigramModel>(vocabulary, std::move(scores), unknown, model.flag("byte_fallback", false));
}

}  // namespace

std::unique_ptr<WordModel> json_model(std::string_view path, const nlohmann::json& value, const Vocabulary& vocabulary,
                                      JsonStages& stages, std::string& kind) {
  const JsonPart model(path, "model", value);
  const std::string type = type_of(model);
  if (type == "BPE") return byte_pairs(model, vocabulary, stages, kind);
  if (stages.byte_level) model.unsupported(in_quotes(type) + " over ByteLevel", "BPE over ByteLevel");
  if (type == "WordPiece") return wordpiece(model, vocabulary, kind);
  if (type == "Unigram") return unigram(model, vocabulary, kind);
  model.unsupported("the type " + in_quotes(type), kSupported);
}

}  // namespace gramian::host
