#include <array>
#include <utility>

#include "host/text/normalizers/plain_normalizers.hpp"
#include "host/text/pre_tokenizers/bert_splitter.hpp"
#include "host/text/pre_tokenizers/digit_splitter.hpp"
#include "host/text/pre_tokenizers/gpt2_splitter.hpp"
#include "host/text/pre_tokenizers/known_patterns.hpp"
#include "host/text/pre_tokenizers/mark_splitter.hpp"
#include "host/text/pre_tokenizers/regex_splitter.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/tokenizer_json.hpp"

namespace gramian::host {
namespace {

constexpr const char* kSupported =
    "ByteLevel, BertPreTokenizer, Metaspace, Split, Digits, Whitespace, WhitespaceSplit, Sequence";

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

/// `string` as a pattern that matches just it.
std::string quoted(const std::string& string) {
  std::string pattern;
  for (const char c : string) {
    if (std::string_view("\\^$.|?*+()[]{}-#& ").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::unique_ptr<WordSplitter> split(const JsonPart& part) {
  const nlohmann::json* pattern = part.find("pattern");
  if (pattern == nullptr) part.wrong("pattern", "missing");
  const JsonPart inside(part.path(), part.name(), *pattern);
  std::string regex = inside.text("Regex");
  if (regex.empty()) regex = quoted(inside.text("String"));
  if (regex.empty()) part.wrong("pattern", "empty");
  const SplitBehavior wanted = behavior(part, part.text("behavior"));
  const bool invert = part.flag("invert", false);
  if (invert ? wanted == SplitBehavior::removed : wanted == SplitBehavior::isolated) {
    if (auto known = splitter_of_known(regex)) return known;
  }
  return std::make_unique<RegexSplitter>(part.path(), regex, wanted, invert);
}

/// Spaces first, then the mark before all: two edits, so two stages.
void add_metaspace(const JsonPart& part, std::vector<CuttingStage>& stages) {
  const std::string mark = part.text("replacement", "\u2581");
  // Older files say add_prefix_space.
  const std::string scheme = part.text("prepend_scheme", part.flag("add_prefix_space", true) ? "always" : "never");
  if (scheme != "always" && scheme != "first" && scheme != "never") part.wrong("prepend_scheme", "none that is known");
  stages.push_back({.edit = std::make_unique<Replace>(" ", mark)});
  CuttingStage stage;
  if (scheme != "never") stage.edit = std::make_unique<Prepend>(mark, true);
  stage.edit_first_only = scheme == "first";
  if (part.flag("split", true)) stage.splitter = std::make_unique<MarkSplitter>(mark);
  stages.push_back(std::move(stage));
}

void add(const JsonPart& part, JsonStages& all) {
  const auto add_splitter = [&](std::unique_ptr<WordSplitter> splitter) {
    all.stages.push_back({.splitter = std::move(splitter)});
  };
  const std::string type = part.text("type");
  if (type == "Sequence") {
    for (const auto& one : part.list("pretokenizers")) add(JsonPart(part.path(), part.name(), one), all);
  } else if (type == "ByteLevel") {
    if (all.byte_level) part.unsupported("ByteLevel twice", kSupported);
    all.byte_level = true;
    CuttingStage stage;
    if (part.flag("add_prefix_space", true)) stage.edit = std::make_unique<Prepend>(" ", true);
    if (part.flag("use_regex", true)) {
      stage.splitter = std::make_unique<Gpt2Splitter>();
      all.gpt2_words = true;
    }
    if (stage.edit || stage.splitter) all.stages.push_back(std::move(stage));
  } else if (type == "BertPreTokenizer") {
    add_splitter(std::make_unique<BertSplitter>());
  } else if (type == "Split") {
    add_splitter(split(part));
  } else if (type == "Digits") {
    add_splitter(std::make_unique<DigitSplitter>(part.flag("individual_digits", false)));
  } else if (type == "Whitespace") {
    add_splitter(std::make_unique<RegexSplitter>(part.path(), kWhitespaceWords, SplitBehavior::removed, true));
  } else if (type == "WhitespaceSplit") {
    add_splitter(std::make_unique<RegexSplitter>(part.path(), R"(\s+)", SplitBehavior::removed, false));
  } else if (type == "Metaspace") {
    add_metaspace(part, all.stages);
  } else {
    part.unsupported(in_quotes(type), kSupported);
  }
}

}  // namespace

JsonStages json_stages(std::string_view path, const nlohmann::json& value) {
  JsonStages all;
  if (!value.is_null()) add(JsonPart(path, "pre_tokenizer", value), all);
  return all;
}

}  // namespace gramian::host
