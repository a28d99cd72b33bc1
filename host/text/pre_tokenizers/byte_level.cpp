#include "host/text/pre_tokenizers/byte_level.hpp"

#include <string>

#include "host/text/pipeline/byte_alphabet.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {

NormalizedString ByteLevel::edit(std::string_view text, bool) const {
  NormalizedString edited(text);
  if (add_prefix_space_ && !text.starts_with(' ')) edited.replace(0, " ");
  return edited;
}

void ByteLevel::split(std::string_view text, std::vector<Word>& words) const {
  if (use_regex_) {
    words_.split(text, words);
  } else {
    PreTokenizer::split(text, words);
  }
}

NormalizedString ByteAlphabet::edit(std::string_view text, bool) const {
  NormalizedString edited(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const char32_t character = byte_level_character(byte);
    if (character == byte && byte < 0x80) {
      edited.keep(1);
    } else {
      std::string spelled;
      append_utf8(spelled, character);
      edited.replace(1, spelled);
    }
  }
  return edited;
}

}  // namespace gramian::host
