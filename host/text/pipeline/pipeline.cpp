#include "host/text/pipeline/pipeline.hpp"

#include "engine/error.hpp"
#include "host/text/pipeline/token_map.hpp"

namespace gramian::host {

/// Looks words up in the model, each word of a text once.
class Pipeline::Words {
 public:
  explicit Words(const WordModel& model) : model_(model) {}

  void add(std::string_view word, size_t begin, std::vector<TextToken>& tokens) {
    constexpr size_t kLongest = 64;  // a longer word hardly comes twice
    if (word.size() > UINT32_MAX) {
      throw InvalidInput("the tokenizer takes words of less than 4 GiB; give the text in parts, or its ids");
    }
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
  static void append(const WordModel::Piece* pieces, size_t count, size_t begin, std::vector<TextToken>& tokens) {
    for (size_t i = 0; i < count; ++i) {
      tokens.push_back(
          {pieces[i].id, static_cast<int64_t>(begin + pieces[i].begin), static_cast<int64_t>(begin + pieces[i].end)});
    }
  }

  const WordModel& model_;
  StringMap<Known> seen_;
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

/// Calls `with(stretch, offset, inside)` for each stretch between added tokens; it appends tokens to `inside` as ranges
/// of the stretch. Appends them and the added tokens to `tokens`.
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
  // Places have 32 bits in words and in ICU.
  constexpr size_t kLongestText = size_t{1} << 30;
  if (text.size() > kLongestText) {
    throw InvalidInput("tokenizers take texts of at most 1 GiB; give the text in parts, or its ids");
  }
  std::vector<TextToken> tokens;
  Words words(*parts_.model);
  NormalizedString valid = as_utf8(text);
  between(parts_.added, valid.text(), tokens, [&](std::string_view part, size_t at, std::vector<TextToken>& inside) {
    normalize({part, at == 0}, 0, words, inside);
  });
  valid.restore(tokens);
  return tokens;
}

void Pipeline::normalize(Stretch stretch, size_t normalizer, Words& words, std::vector<TextToken>& tokens) const {
  if (normalizer < parts_.normalizers.size()) {
    NormalizedString normal = parts_.normalizers[normalizer]->apply(stretch.text);
    normalize({normal.text(), stretch.first}, normalizer + 1, words, tokens);
    normal.restore(tokens);
    return;
  }
  between(parts_.normalized_added, stretch.text, tokens,
          [&](std::string_view part, size_t at, std::vector<TextToken>& inside) {
            split({part, stretch.first && at == 0}, 0, 0, words, inside);
          });
}

void Pipeline::split(Stretch stretch, size_t pre_tokenizer, size_t offset, Words& words,
                     std::vector<TextToken>& tokens) const {
  if (stretch.text.empty()) return;
  if (pre_tokenizer == parts_.pre_tokenizers.size()) {
    words.add(stretch.text, offset, tokens);
    return;
  }
  const PreTokenizer& now = *parts_.pre_tokenizers[pre_tokenizer];
  const auto split_further = [&](std::string_view text, size_t from, std::vector<TextToken>& into) {
    std::vector<PreTokenizer::Word> found;
    if (!text.empty()) now.split(text, found);
    for (const PreTokenizer::Word& word : found) {
      const Stretch part = {text.substr(word.begin, word.end - word.begin), stretch.first && word.begin == 0};
      split(part, pre_tokenizer + 1, from + word.begin, words, into);
    }
  };
  NormalizedString edited = now.edit(stretch.text, stretch.first);
  if (!edited.changed()) {
    split_further(stretch.text, offset, tokens);
    return;
  }
  std::vector<TextToken> inside;
  split_further(edited.text(), 0, inside);
  edited.restore(inside);
  shift(inside, offset);
  tokens.insert(tokens.end(), inside.begin(), inside.end());
}

}  // namespace gramian::host
