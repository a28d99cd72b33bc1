#include "host/text/pre_tokenizers/bert_splitter.hpp"

#include <unicode/uchar.h>

#include "host/text/unicode/bert_unicode.hpp"
#include "host/text/unicode/code_point.hpp"

namespace gramian::host {
namespace {

enum class Class : uint8_t { space, punctuation, word };

Class class_of(char32_t code) {
  if (code == ' ' || (code >= '\t' && code <= '\r')) return Class::space;
  if (code >= 0x80 && u_isUWhiteSpace(static_cast<UChar32>(code))) return Class::space;
  return bert_punctuation(code) ? Class::punctuation : Class::word;
}

}  // namespace

void BertSplitter::split(std::string_view text, std::vector<Word>& words) const {
  size_t begin = 0;
  size_t at = 0;
  const auto end_word = [&] {
    if (begin < at) words.push_back({begin, at});
  };
  while (at < text.size()) {
    const CodePoint code = code_point_at(text, at);
    const Class found = class_of(code.value);
    if (found != Class::word) {
      end_word();
      if (found == Class::punctuation) words.push_back({at, at + code.bytes});
      begin = at + code.bytes;
    }
    at += code.bytes;
  }
  end_word();
}

}  // namespace gramian::host
