#include "host/text/word_expression.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<WeightedWord> parse() {
    std::vector<WeightedWord> words;
    skip_spaces();
    double sign = take_sign().value_or(1.0);
    while (true) {
      WeightedWord term = take_term();
      term.weight *= sign;
      words.push_back(std::move(term));
      skip_spaces();
      if (at_ == text_.size()) return words;
      const std::optional<double> next = take_sign();
      if (!next) fail("+ or - must stand between words; a word with spaces goes between quotes");
      sign = *next;
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InvalidSetting("expr", in_quotes(text_, 200) + ": at character " + std::to_string(at_ + 1) + ": " + what);
  }

  bool ends_at(size_t place) const { return place >= text_.size() || text_[place] == ' ' || text_[place] == '\t'; }

  void skip_spaces() {
    while (at_ < text_.size() && ends_at(at_)) ++at_;
  }

  /// A sign that stands alone; spaces after it are skipped.
  std::optional<double> take_sign() {
    if (at_ == text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return std::nullopt;
    const bool before_word = at_ + 1 < text_.size() && !ends_at(at_ + 1);
    // "-man" at the beginning is a negative term; elsewhere a sign needs its space.
    if (before_word && at_ != 0) return std::nullopt;
    const double sign = text_[at_++] == '-' ? -1.0 : 1.0;
    skip_spaces();
    return sign;
  }

  WeightedWord take_term() {
    WeightedWord term;
    const size_t begin = at_;
    if (const auto weight = take_weight()) {
      term.weight = *weight;
    } else {
      at_ = begin;
    }
    term.word = take_word();
    return term;
  }

  /// A number with a word after it; without one, the number is the word.
  std::optional<double> take_weight() {
    double weight = 0.0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), weight);
    if (error != std::errc() || !std::isfinite(weight)) return std::nullopt;
    at_ = static_cast<size_t>(end - text_.data());
    const size_t after = at_;
    skip_spaces();
    const bool star = at_ < text_.size() && text_[at_] == '*';
    if (star) {
      ++at_;
      skip_spaces();
      if (at_ == text_.size()) fail("a word must follow *");
      return weight;
    }
    if (at_ == after || at_ == text_.size()) return std::nullopt;
    const bool sign = (text_[at_] == '+' || text_[at_] == '-') && ends_at(at_ + 1);
    return sign ? std::nullopt : std::optional(weight);
  }

  std::string take_word() {
    if (at_ == text_.size()) fail("a word is missing");
    std::string word;
    const char quote = text_[at_];
    if (quote == '"' || quote == '\'') {
      const size_t begin = at_++;
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
        word += text_[at_++];
      }
      if (at_ == text_.size()) {
        at_ = begin;
        fail("a quote is not closed");
      }
      ++at_;
      if (!ends_at(at_)) fail("a space must follow a closing quote");
    } else {
      const size_t begin = at_;
      while (!ends_at(at_)) word += text_[at_++];
      if (word == "+" || word == "-") {
        at_ = begin;
        fail("a word is missing");
      }
    }
    if (word.empty()) fail("a word is empty");
    return word;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::vector<WeightedWord> parse_word_expression(std::string_view text) { return Parser(text).parse(); }

}  // namespace gramian::host
