#include "host/text/pre_tokenizers/gpt_patterns.hpp"

#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

using Class = CharacterClass;

bool is_newline(char c) { return c == '\r' || c == '\n'; }

/// The length in bytes of 's 't 'm 'd 're 've 'll at `at`, which is an apostrophe; 0 where there is none.
size_t gpt2_contraction(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at + 1, 2);
  if (rest.empty()) return 0;
  if (rest[0] == 's' || rest[0] == 't' || rest[0] == 'm' || rest[0] == 'd') return 2;
  return rest == "re" || rest == "ve" || rest == "ll" ? 3 : 0;
}

/// The length in bytes of 's 't 're 've 'm 'll 'd in either case at the start of `text`; 0 where there is none.
size_t gpt4_contraction(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  const char first = small(text[1]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  constexpr std::string_view kLongS = "\u017F";  // the one other letter whose capital is S
  if (text.substr(1).starts_with(kLongS)) return 1 + kLongS.size();
  if (text.size() < 3) return 0;
  const char second = small(text[2]);
  return (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l') ? 3 : 0;
}

class Scanner {
 public:
  Scanner(std::string_view text, int most_digits) : text_(text), most_digits_(most_digits) {}

  /// The end of the word that begins at `at`.
  size_t word_end(size_t at) const {
    if (const size_t bytes = gpt4_contraction(text_.substr(at))) return at + bytes;
    const CodePoint first = code_point_at(text_, at);
    const Class found = character_class(first.value);
    const size_t next = at + first.bytes;
    if (found == Class::letter) return run(next, Class::letter);
    if (found == Class::number) {
      size_t end = next;
      for (int digits = 1; digits < most_digits_ && class_at(end, Class::number); ++digits) {
        end += code_point_at(text_, end).bytes;
      }
      return end;
    }
    if (!is_newline(text_[at]) && class_at(next, Class::letter)) return run(next, Class::letter);
    const bool blank = text_[at] == ' ' && class_at(next, Class::other);
    if (found == Class::other || blank) {
      size_t end = run(next, Class::other);
      while (end < text_.size() && is_newline(text_[end])) ++end;
      return end;
    }
    return space_end(at);
  }

 private:
  bool class_at(size_t at, Class wanted) const {
    return at < text_.size() && character_class(code_point_at(text_, at).value) == wanted;
  }
  size_t run(size_t at, Class wanted) const {
    while (class_at(at, wanted)) at += code_point_at(text_, at).bytes;
    return at;
  }
  /// The end of white space that begins at `at`: after its last newline; without one, it leaves its last character to
  /// the word that follows.
  size_t space_end(size_t at) const {
    size_t end = at;
    size_t last = at;
    size_t after_newline = at;
    while (class_at(end, Class::space)) {
      last = end;
      const bool newline = is_newline(text_[end]);
      end += code_point_at(text_, end).bytes;
      if (newline) after_newline = end;
    }
    if (after_newline > at) return after_newline;
    return end < text_.size() && last > at ? last : end;
  }

  std::string_view text_;
  int most_digits_;
};

}  // namespace

void Gpt2Split::split(std::string_view text, std::vector<Word>& words) const {
  // Extends `end` over code points of `wanted`; `last` becomes the start of the last of them.
  size_t last = 0;
  const auto run = [&](size_t end, Class wanted) {
    while (end < text.size()) {
      const CodePoint next = code_point_at(text, end);
      if (character_class(next.value) != wanted) break;
      last = end;
      end += next.bytes;
    }
    return end;
  };
  for (size_t at = 0; at < text.size();) {
    size_t end = 0;
    if (text[at] == '\'') end = at + gpt2_contraction(text, at);
    if (end <= at) {
      const bool blank = text[at] == ' ' && at + 1 < text.size();
      const CodePoint first = code_point_at(text, blank ? at + 1 : at);
      const Class wanted = character_class(first.value);
      if (wanted != Class::space) {
        end = run(at + (blank ? 1 : 0), wanted);
      } else {
        end = run(at, Class::space);
        // White space before a word leaves its last to the word, if it has another.
        if (end < text.size() && last > at) end = last;
      }
    }
    words.push_back({at, end});
    at = end;
  }
}

void Gpt4Split::split(std::string_view text, std::vector<Word>& words) const {
  const Scanner scanner(text, most_digits_);
  for (size_t at = 0; at < text.size();) {
    const size_t end = scanner.word_end(at);
    words.push_back({at, end});
    at = end;
  }
}

std::unique_ptr<PreTokenizer> split_of_known(std::string_view pattern) {
  constexpr std::string_view kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
  constexpr std::string_view kGpt4 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  constexpr std::string_view kQwen2 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  if (pattern == kGpt2) return std::make_unique<Gpt2Split>();
  if (pattern == kGpt4) return std::make_unique<Gpt4Split>(3);
  if (pattern == kQwen2) return std::make_unique<Gpt4Split>(1);
  return nullptr;
}

}  // namespace gramian::host
