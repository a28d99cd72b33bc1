#include "host/text/detail/added_tokens.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <utility>

#include "host/text/detail/code_point.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host {
namespace {

/// \w of regular expressions, as Unicode's UTS 18 has it.
bool in_words(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  return u_isUAlphabetic(c) || (U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0 ||
         u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL);
}

bool space_at(std::string_view text, size_t at) {
  return u_isUWhiteSpace(static_cast<UChar32>(code_point_at(text, at).value));
}

bool alone(std::string_view text, size_t begin, size_t end) {
  const bool before = begin > 0 && in_words(code_point_at(text, code_point_before(text, begin)).value);
  const bool after = end < text.size() && in_words(code_point_at(text, end).value);
  return !before && !after;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)), ends_(1) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  for (const AddedToken& token : tokens_) {
    begins_[static_cast<unsigned char>(token.content[0])] = true;
    size_t node = kRoot;
    for (const char c : token.content) {
      const auto [entry, is_new] = next_.try_emplace(node << 8 | static_cast<unsigned char>(c), ends_.size());
      node = entry->second;
      if (is_new) ends_.push_back(nullptr);
    }
    ends_[node] = &token;
  }
}

const AddedToken* AddedTokens::at(std::string_view text, size_t at) const {
  const AddedToken* longest = nullptr;
  size_t node = kRoot;
  for (; at < text.size(); ++at) {
    const auto entry = next_.find(node << 8 | static_cast<unsigned char>(text[at]));
    if (entry == next_.end()) break;
    node = entry->second;
    if (ends_[node] != nullptr) longest = ends_[node];
  }
  return longest;
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text) const {
  std::vector<Part> parts;
  size_t done = 0;
  for (size_t here = 0; !tokens_.empty() && here < text.size();) {
    const AddedToken* token = begins_[static_cast<unsigned char>(text[here])] ? at(text, here) : nullptr;
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
