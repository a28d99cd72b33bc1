// The tokenizer for vocabularies of words. GloVe's were cut by Stanford's tokenizer (punctuation apart, "do n't", "cat
// 's"), word2vec's mostly at spaces, so the vocabulary decides: what it has is one token, however it is spelled.

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <string>

#include "host/text/pipeline/normalized_string.hpp"
#include "host/text/tokenizer.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

constexpr char32_t kCurlyApostrophe = 0x2019;
constexpr char32_t kJoiner = 0x200d;

bool is(uint32_t categories, char32_t code) { return (U_GET_GC_MASK(static_cast<UChar32>(code)) & categories) != 0; }

/// Whether words are separated by `code`: white space, control characters, and the two marks that are shown as nothing.
bool separates(char32_t code) {
  if (code < 0x80) return code <= 0x20 || code == 0x7f;
  return u_isUWhiteSpace(static_cast<UChar32>(code)) || is(U_GC_CC_MASK, code) || code == 0xfeff || code == 0x200b;
}

bool in_word(char32_t code) {
  if (code < 0x80) return (code >= '0' && code <= '9') || ((code | 0x20) >= 'a' && (code | 0x20) <= 'z') || code == '_';
  return is(U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK | U_GC_PC_MASK, code);
}

/// Whether `code` belongs to a script that is written without spaces.
bool stands_alone(char32_t code) {
  if (code < 0x0e00) return false;
  const auto c = static_cast<UChar32>(code);
  const int script = u_getIntPropertyValue(c, UCHAR_SCRIPT);
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
         u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;  // Thai, Lao, Khmer, Burmese
}

bool extends(char32_t code) {
  if (code < 0x300) return false;
  return u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_GRAPHEME_EXTEND) || is(U_GC_M_MASK, code) ||
         u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_EMOJI_MODIFIER);
}

class WordTokenizer final : public Tokenizer {
 public:
  explicit WordTokenizer(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
    vocabulary.find("");  // builds its index, which is not safe from several threads
    for (int64_t row = 0; row < vocabulary.size(); ++row) {
      const std::string_view token = vocabulary[row];
      lower_case_ = lower_case_ && !has_capital(token);
      curly_ = curly_ || (token.size() > 3 && token.find("\u2019") != std::string_view::npos);
      longest_ = std::max(longest_, token.size());
    }
    splits_not_ = vocabulary.find("n't").has_value();
  }

  std::string kind() const override { return lower_case_ ? "words, lower-cased" : "words"; }
  int64_t size() const override { return vocabulary_.size(); }
  std::string_view token(int64_t id) const override {
    return id >= 0 && id < size() ? vocabulary_[id] : std::string_view();
  }

  std::vector<TextToken> encode(std::string_view bytes) const override {
    NormalizedString valid = as_utf8(bytes);
    NormalizedString spelled = as_spelled(valid.text());
    const std::string_view text = spelled.text();
    std::vector<TextToken> tokens;
    std::vector<size_t> units;
    for (size_t at = 0; at < text.size();) {
      const CodePoint first = code_point_at(text, at);
      if (separates(first.value)) {
        at += first.bytes;
        continue;
      }
      size_t end = at + first.bytes;
      while (end < text.size()) {
        const CodePoint next = code_point_at(text, end);
        if (separates(next.value)) break;
        end += next.bytes;
      }
      encode_run(text, at, end, units, tokens);
      at = end;
    }
    spelled.restore(tokens);
    valid.restore(tokens);
    return tokens;
  }

 private:
  /// The text as the vocabulary spells: small letters, straight apostrophes within words.
  NormalizedString as_spelled(std::string_view text) const {
    NormalizedString spelled(text);
    std::string small;
    bool after_letter = false;
    for (size_t at = 0; at < text.size();) {
      const auto [code, length] = code_point_at(text, at);
      char32_t wanted = code;
      if (lower_case_) {
        const bool capital = code >= 'A' && code <= 'Z';
        wanted = code < 0x80 ? (capital ? code + ('a' - 'A') : code)
                             : static_cast<char32_t>(u_tolower(static_cast<UChar32>(code)));
      }
      if (code == kCurlyApostrophe && !curly_ && after_letter && at + length < text.size() &&
          in_word(code_point_at(text, at + length).value)) {
        wanted = '\'';
      }
      if (wanted == code) {
        spelled.keep(length);
      } else {
        small.clear();
        append_utf8(small, wanted);
        spelled.replace(length, small);
      }
      after_letter = in_word(code);
      at += length;
    }
    return spelled;
  }

  std::optional<int64_t> look_up(std::string_view word) const {
    return word.size() <= longest_ ? vocabulary_.find(word) : std::nullopt;
  }

  /// Appends the tokens of [begin, end), which has no white space: the longest at each place, cut where units end.
  void encode_run(std::string_view text, size_t begin, size_t end, std::vector<size_t>& units,
                  std::vector<TextToken>& tokens) const {
    constexpr size_t kMostUnits = 8;
    const auto add = [&](int64_t id, size_t from, size_t to) {
      tokens.push_back({id, static_cast<int64_t>(from), static_cast<int64_t>(to)});
    };
    if (const auto whole = look_up(text.substr(begin, end - begin))) {
      add(*whole, begin, end);
      return;
    }
    units.assign(1, begin);
    while (units.back() < end) add_unit(text, end, units);
    for (size_t unit = 0; unit + 1 < units.size();) {
      const size_t from = units[unit];
      size_t last = std::min(unit + kMostUnits, units.size() - 1);
      std::optional<int64_t> id;
      for (; last > unit; --last) {
        id = look_up(text.substr(from, units[last] - from));
        if (id || last == unit + 1) break;
      }
      add(id.value_or(TextToken::kUnknown), from, units[last]);
      unit = last;
    }
  }

  /// Appends the end of the unit that starts at units.back(): a word or number, its clitic, a character of a script
  /// without spaces, a punctuation mark or symbol with what modifies it. A word and its clitic come together.
  void add_unit(std::string_view text, size_t end, std::vector<size_t>& units) const {
    const size_t begin = units.back();
    const CodePoint first = code_point_at(text, begin);
    size_t at = begin + first.bytes;
    if (!in_word(first.value) || stands_alone(first.value)) {
      units.push_back(symbol_end(text, at, end, first.value));
      return;
    }
    at = word_end(text, at, end);
    if (at >= end || text[at] != '\'') {
      units.push_back(at);
      return;
    }
    const size_t clitic = word_end(text, at + 1, end);
    std::string letters(text.substr(at + 1, clitic - at - 1));
    std::ranges::transform(letters, letters.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
    if (letters == "t" && (text[at - 1] == 'n' || text[at - 1] == 'N')) {
      if (splits_not_ && at - 1 > begin) units.push_back(at - 1);
      units.push_back(clitic);
      return;
    }
    constexpr std::array<std::string_view, 6> kClitics = {"s", "m", "d", "ll", "re", "ve"};
    units.push_back(at);
    if (std::ranges::find(kClitics, letters) != kClitics.end()) units.push_back(clitic);
  }

  static size_t word_end(std::string_view text, size_t at, size_t end) {
    const auto digit = [&](size_t i) { return i < end && text[i] >= '0' && text[i] <= '9'; };
    while (at < end) {
      const CodePoint next = code_point_at(text, at);
      const bool within_number = (next.value == '.' || next.value == ',') && digit(at - 1) && digit(at + 1);
      if (!within_number && (!in_word(next.value) || stands_alone(next.value))) break;
      at += next.bytes;
    }
    return at;
  }

  static size_t symbol_end(std::string_view text, size_t at, size_t end, char32_t first) {
    const auto regional = [](char32_t code) { return code >= 0x1f1e6 && code <= 0x1f1ff; };
    if (regional(first) && at < end && regional(code_point_at(text, at).value)) at += 4;
    while (at < end) {
      const CodePoint next = code_point_at(text, at);
      if (next.value == kJoiner && at + next.bytes < end) {
        at += next.bytes;
        at += code_point_at(text, at).bytes;
      } else if (extends(next.value)) {
        at += next.bytes;
      } else {
        break;
      }
    }
    return at;
  }

  const Vocabulary& vocabulary_;
  bool lower_case_ = true;
  bool curly_ = false;  // some token has the curly apostrophe
  bool splits_not_ = false;
  size_t longest_ = 0;
};

}  // namespace

std::unique_ptr<Tokenizer> word_tokenizer(const Vocabulary& vocabulary) {
  return std::make_unique<WordTokenizer>(vocabulary);
}

}  // namespace gramian::host
