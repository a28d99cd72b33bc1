#include "host/text/pipeline/pipeline.hpp"

#include <unordered_map>

namespace gramian::host {

/// The model, and the words of this text that it has seen.
class Pipeline::Words {
 public:
  explicit Words(const WordModel& model) : model_(model) {}

  void add(std::string_view word, size_t begin, std::vector<TextToken>& tokens) {
    constexpr size_t kLongest = 64;  // a longer word hardly comes twice
    if (word.size() > kLongest) {
      scratch_.clear();
      model_.encode(word, scratch_);
      append(scratch_.data(), scratch_.size(), begin, tokens);
      return;
    }
    auto known = seen_.find(word);
    if (known == seen_.end()) {
      const size_t first = pieces_.size();
      model_.encode(word, pieces_);
      // The text that the word points into may be gone when the next one is looked up.
      known = seen_.emplace(std::string(word), Known{first, pieces_.size() - first}).first;
    }
    append(pieces_.data() + known->second.first, known->second.count, begin, tokens);
  }

 private:
  struct Known {
    size_t first, count;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
  };
  static void append(const WordModel::Piece* pieces, size_t count, size_t begin, std::vector<TextToken>& tokens) {
    for (size_t i = 0; i < count; ++i) {
      tokens.push_back(
          {pieces[i].id, static_cast<int64_t>(begin + pieces[i].begin), static_cast<int64_t>(begin + pieces[i].end)});
    }
  }

  const WordModel& model_;
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> seen_;
  std::vector<WordModel::Piece> pieces_;
  std::vector<WordModel::Piece> scratch_;
};

namespace {

void shift(std::vector<TextToken>& tokens, size_t offset) {
  for (TextToken& token : tokens) {
    token.begin += static_cast<int64_t>(offset);
    token.end += static_cast<int64_t>(offset);
  }
}

/// Calls `with(stretch, offset, tokens)` for each stretch between added tokens, where `tokens` are to be ranges of the
/// stretch, and appends all to `tokens`.
template <class With>
void between(const AddedTokens& added, std::string_view text, std::vector<TextToken>& tokens, const With& with) {
  if (added.empty()) {
    if (!text.empty()) with(text, 0, tokens);
    return;
  }
  std::vector<TextToken> inside;
  for (const AddedTokens::Part& part : added.split(text)) {
    if (part.id != TextToken::kUnknown) {
      tokens.push_back({part.id, static_cast<int64_t>(part.begin), static_cast<int64_t>(part.end)});
      continue;
    }
    inside.clear();
    with(text.substr(part.begin, part.end - part.begin), part.begin, inside);
    shift(inside, part.begin);
    tokens.insert(tokens.end(), inside.begin(), inside.end());
  }
}

}  // namespace

std::string_view Pipeline::token(int64_t id) const {
  return id >= 0 && id < size() ? parts_.vocabulary[id] : std::string_view();
}

std::vector<TextToken> Pipeline::encode(std::string_view text) const {
  std::vector<TextToken> tokens;
  Words words(*parts_.model);
  EditedText valid = as_utf8(text);
  between(parts_.added, valid.text(), tokens, [&](std::string_view part, size_t at, std::vector<TextToken>& inside) {
    normalize({part, at == 0}, 0, words, inside);
  });
  valid.restore(tokens);
  return tokens;
}

void Pipeline::normalize(Stretch stretch, size_t normalizer, Words& words, std::vector<TextToken>& tokens) const {
  if (normalizer < parts_.normalizers.size()) {
    EditedText normal = parts_.normalizers[normalizer]->apply(stretch.text);
    normalize({normal.text(), stretch.first}, normalizer + 1, words, tokens);
    normal.restore(tokens);
    return;
  }
  between(parts_.normalized_added, stretch.text, tokens,
          [&](std::string_view part, size_t at, std::vector<TextToken>& inside) {
            cut({part, stretch.first && at == 0}, 0, 0, words, inside);
          });
}

void Pipeline::cut(Stretch stretch, size_t stage, size_t offset, Words& words, std::vector<TextToken>& tokens) const {
  if (stretch.text.empty()) return;
  if (stage == parts_.stages.size()) {
    words.add(stretch.text, offset, tokens);
    return;
  }
  const CuttingStage& now = parts_.stages[stage];
  const auto cut_further = [&](std::string_view text, size_t from, std::vector<TextToken>& into) {
    if (!now.splitter) {
      cut({text, stretch.first}, stage + 1, from, words, into);
      return;
    }
    std::vector<WordSplitter::Word> found;
    now.splitter->split(text, found);
    for (const WordSplitter::Word& word : found) {
      const Stretch part = {text.substr(word.begin, word.end - word.begin), stretch.first && word.begin == 0};
      cut(part, stage + 1, from + word.begin, words, into);
    }
  };
  if (!now.edit || (now.edit_first_only && !stretch.first)) {
    cut_further(stretch.text, offset, tokens);
    return;
  }
  EditedText edited = now.edit->apply(stretch.text);
  std::vector<TextToken> inside;
  cut_further(edited.text(), 0, inside);
  edited.restore(inside);
  shift(inside, offset);
  tokens.insert(tokens.end(), inside.begin(), inside.end());
}

}  // namespace gramian::host
