#include <algorithm>
#include <array>
#include <utility>

#include "host/text/pre_tokenizers/byte_level.hpp"
#include "host/text/pre_tokenizers/gpt_patterns.hpp"
#include "host/text/pre_tokenizers/metaspace.hpp"
#include "host/text/pre_tokenizers/split.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/tokenizer_json.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

constexpr const char* kSupported =
    "ByteLevel, BertPreTokenizer, Metaspace, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, Sequence";

// \w+|[^\w\s]+, where \w is that of Rust: Unicode's UTS 18.
constexpr const char* kWhitespaceWords =
    R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\s]+)";

SplitBehavior behavior(const JsonPart& part, const std::string& name) {
  constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> kNames = {
      {{"Removed", SplitBehavior::removed},
       {"Isolated", SplitBehavior::isolated},
       {"MergedWithPrevious", SplitBehavior::merged_with_previous},
       {"MergedWithNext", SplitBehavior::merged_with_next},
       {"Contiguous", SplitBehavior::contiguous}}};
  for (const auto& [known, meaning] : kNames) {
    if (name == known) return meaning;
  }
  part.wrong("behavior", "none that is known");
}

/// A pattern that matches `string` and nothing else.
std::string quoted(const std::string& string) {
  std::string pattern;
  for (const char c : string) {
    if (std::string_view("\\^$.|?*+()[]{}-#& ").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::unique_ptr<PreTokenizer> split(const JsonPart& part) {
  const nlohmann::json* pattern = part.find("pattern");
  if (pattern == nullptr) part.wrong("pattern", "missing");
  const JsonPart inside(part.path(), part.name(), *pattern);
  std::string regex = inside.text("Regex");
  if (regex.empty()) regex = quoted(inside.text("String"));
  if (regex.empty()) part.wrong("pattern", "empty");
  const SplitBehavior wanted = behavior(part, part.text("behavior"));
  const bool invert = part.flag("invert", false);
  if (invert ? wanted == SplitBehavior::removed : wanted == SplitBehavior::isolated) {
    if (auto known = split_of_known(regex)) return known;
  }
  return std::make_unique<RegexSplit>(Regex(part.path(), part.name(), regex), wanted, invert);
}

std::unique_ptr<PreTokenizer> metaspace(const JsonPart& part) {
  using Prepend = MetaspaceSettings::Prepend;
  MetaspaceSettings settings;
  settings.mark = part.text("replacement", settings.mark);
  if (settings.mark.empty()) part.wrong("replacement", "empty");
  // Older files say add_prefix_space.
  const std::string scheme = part.text("prepend_scheme", part.flag("add_prefix_space", true) ? "always" : "never");
  constexpr std::array<std::pair<std::string_view, Prepend>, 3> kSchemes = {
      {{"always", Prepend::always}, {"first", Prepend::first}, {"never", Prepend::never}}};
  const auto* const known = std::ranges::find(kSchemes, scheme, &std::pair<std::string_view, Prepend>::first);
  if (known == kSchemes.end()) part.wrong("prepend_scheme", "none that is known");
  settings.prepend = known->second;
  settings.split = part.flag("split", true);
  return std::make_unique<Metaspace>(settings);
}

void add(const JsonPart& part, JsonPreTokenizers& all) {
  const std::string type = part.text("type");
  if (type == "Sequence") {
    for (const auto& one : part.list("pretokenizers")) add(JsonPart(part.path(), part.name(), one), all);
    return;
  }
  // Only what comes after ByteLevel sees the characters that it spells bytes by.
  if (all.byte_level && !all.spelled) {
    all.list.push_back(std::make_unique<ByteAlphabet>());
    all.spelled = true;
  }
  all.whole = all.whole && ((type == "ByteLevel" && !part.flag("use_regex", true)) ||
                            (type == "Metaspace" && !part.flag("split", true)));
  if (type == "ByteLevel") {
    if (all.byte_level) part.unsupported("ByteLevel twice", kSupported);
    all.byte_level = true;
    all.gpt2_words = part.flag("use_regex", true);
    all.list.push_back(std::make_unique<ByteLevel>(part.flag("add_prefix_space", true), all.gpt2_words));
  } else if (type == "BertPreTokenizer") {
    add_bert_pre_tokenizers(all.list);
  } else if (type == "Split") {
    all.list.push_back(split(part));
  } else if (type == "Digits") {
    const bool individual = part.flag("individual_digits", false);
    all.list.push_back(
        std::make_unique<CharacterSplit>(is_numeric, individual ? SplitBehavior::isolated : SplitBehavior::contiguous));
  } else if (type == "Punctuation") {
    all.list.push_back(
        std::make_unique<CharacterSplit>(bert_punctuation, behavior(part, part.text("behavior", "Isolated"))));
  } else if (type == "Whitespace") {
    all.list.push_back(
        std::make_unique<RegexSplit>(Regex(part.path(), part.name(), kWhitespaceWords), SplitBehavior::removed, true));
  } else if (type == "WhitespaceSplit") {
    all.list.push_back(std::make_unique<CharacterSplit>(is_white_space, SplitBehavior::removed));
  } else if (type == "Metaspace") {
    all.list.push_back(metaspace(part));
  } else {
    part.unsupported(in_quotes(type), kSupported);
  }
}

}  // namespace

JsonPreTokenizers json_pre_tokenizers(std::string_view path, const nlohmann::json& value) {
  JsonPreTokenizers all;
  if (!value.is_null()) add(JsonPart(path, "pre_tokenizer", value), all);
  return all;
}

}  // namespace gramian::host
