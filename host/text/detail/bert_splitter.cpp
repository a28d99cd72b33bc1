#include "host/text/detail/bert_splitter.hpp"

#include <unicode/uchar.h>

#include "host/text/detail/code_point.hpp"

namespace gramian::host {
namespace {

enum class Class : uint8_t { space, punctuation, word };

Class class_of(char32_t code) {
  if (code < 0x80) {
    if (code == ' ' || (code >= '\t' && code <= '\r')) return Class::space;
    const bool letter = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
    const bool symbol = code > 0x20 && code < 0x7f && !letter && !(code >= '0' && code <= '9');
    return symbol ? Class::punctuation : Class::word;
  }
  const auto c = static_cast<UChar32>(code);
  if (u_isUWhiteSpace(c)) return Class::space;
  return (U_GET_GC_MASK(c) & U_GC_P_MASK) != 0 ? Class::punctuation : Class::word;
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
