#include "host/text/pre_tokenizers/gpt2_splitter.hpp"

#include "host/text/unicode/code_point.hpp"
#include "host/text/unicode/letter_class.hpp"

namespace gramian::host {
namespace {

using Class = LetterClass;

/// Bytes of 's 't 'm 'd 're 've 'll at `at`, which is an apostrophe; 0 where there is none.
size_t contraction(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at + 1, 2);
  if (rest.empty()) return 0;
  if (rest[0] == 's' || rest[0] == 't' || rest[0] == 'm' || rest[0] == 'd') return 2;
  return rest == "re" || rest == "ve" || rest == "ll" ? 3 : 0;
}

}  // namespace

void Gpt2Splitter::split(std::string_view text, std::vector<Word>& words) const {
  // Extends `end` over code points of `wanted`; `last` becomes the start of the last of them.
  size_t last = 0;
  const auto run = [&](size_t end, Class wanted) {
    while (end < text.size()) {
      const CodePoint next = code_point_at(text, end);
      if (letter_class(next.value) != wanted) break;
      last = end;
      end += next.bytes;
    }
    return end;
  };
  for (size_t at = 0; at < text.size();) {
    size_t end = 0;
    if (text[at] == '\'') end = at + contraction(text, at);
    if (end <= at) {
      const bool blank = text[at] == ' ' && at + 1 < text.size();
      const CodePoint first = code_point_at(text, blank ? at + 1 : at);
      const Class wanted = letter_class(first.value);
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

}  // namespace gramian::host
