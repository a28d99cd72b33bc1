#include "host/text/pre_tokenizers/digit_splitter.hpp"

#include <unicode/uchar.h>

#include "host/text/unicode/code_point.hpp"

namespace gramian::host {

void DigitSplitter::split(std::string_view text, std::vector<Word>& words) const {
  bool in_number = false;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint code = code_point_at(text, at);
    const bool digit = (U_GET_GC_MASK(static_cast<UChar32>(code.value)) & U_GC_N_MASK) != 0;
    if (at > begin && (digit != in_number || (digit && individual_))) {
      words.push_back({begin, at});
      begin = at;
    }
    in_number = digit;
    at += code.bytes;
  }
  if (begin < text.size()) words.push_back({begin, text.size()});
}

}  // namespace gramian::host
