#include "host/text/pipeline/added_tokens.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <utility>

#include "host/text/tokenizer.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

/// Whether `code` is \w of regular expressions, as Unicode's UTS 18 has it.
bool is_word_character(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  return u_isUAlphabetic(c) || (U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
         u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL);
}

bool space_at(std::string_view text, size_t at) { return is_white_space(code_point_at(text, at).value); }

bool alone(std::string_view text, size_t begin, size_t end) {
  const bool before = begin > 0 && is_word_character(code_point_at(text, code_point_before(text, begin)).value);
  const bool after = end < text.size() && is_word_character(code_point_at(text, end).value);
  return !before && !after;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  int32_t index = 0;
  for (const AddedToken& token : tokens_) trie_.add(token.content, index++);
}

const AddedToken* AddedTokens::at(std::string_view text, size_t at) const {
  const AddedToken* longest = nullptr;
  trie_.each(text, at, [&](int32_t index, size_t) { longest = &tokens_[static_cast<size_t>(index)]; });
  return longest;
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text) const {
  std::vector<Part> parts;
  size_t done = 0;
  for (size_t here = 0; !tokens_.empty() && here < text.size();) {
    const AddedToken* token = at(text, here);
    if (token == nullptr) {
      ++here;
      continue;
    }
    size_t begin = here;
    size_t end = here + token->content.size();
    here = end;
    if (begin < done || (token->single_word && !alone(text, begin, end))) continue;
    while (token->lstrip && begin > done && space_at(text, code_point_before(text, begin))) {
      begin = code_point_before(text, begin);
    }
    while (token->rstrip && end < text.size() && space_at(text, end)) end += code_point_at(text, end).bytes;
    if (begin > done) parts.push_back({done, begin, TextToken::kUnknown});
    parts.push_back({begin, end, token->id});
    done = end;
  }
  if (done < text.size()) parts.push_back({done, text.size(), TextToken::kUnknown});
  return parts;
}

}  // namespace gramian::host
