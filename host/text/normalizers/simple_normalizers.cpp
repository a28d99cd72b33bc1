#include "host/text/normalizers/simple_normalizers.hpp"

#include <algorithm>

#include "host/text/unicode/characters.hpp"

namespace gramian::host {

NormalizedString Prepend::apply(std::string_view text) const {
  NormalizedString edited(text);
  if (!text.empty()) edited.replace(0, prefix_);
  return edited;
}

NormalizedString Replace::apply(std::string_view text) const {
  NormalizedString edited(text);
  for (size_t at = 0; at < text.size();) {
    const size_t found = std::min(text.find(what_, at), text.size());
    edited.keep(found - at);
    at = found;
    if (at == text.size()) break;
    edited.replace(what_.size(), by_);
    at += what_.size();
  }
  return edited;
}

NormalizedString ReplaceRegex::apply(std::string_view text) const {
  NormalizedString edited(text);
  size_t at = 0;
  for (const Regex::Match& match : what_.matches(text)) {
    edited.keep(match.begin - at);
    edited.replace(match.end - match.begin, by_);
    at = match.end;
  }
  return edited;
}

NormalizedString Lowercase::apply(std::string_view text) const {
  NormalizedString edited(text);
  std::string small;
  for (size_t at = 0; at < text.size();) {
    const CodePoint code = code_point_at(text, at);
    small.clear();
    append_lower(small, code.value);
    small == text.substr(at, code.bytes) ? edited.keep(code.bytes) : edited.replace(code.bytes, small);
    at += code.bytes;
  }
  return edited;
}

NormalizedString StripAccents::apply(std::string_view text) const {
  NormalizedString edited(text);
  for (size_t at = 0; at < text.size();) {
    const CodePoint code = code_point_at(text, at);
    is_mark(code.value) ? edited.replace(code.bytes, {}) : edited.keep(code.bytes);
    at += code.bytes;
  }
  return edited;
}

NormalizedString Strip::apply(std::string_view text) const {
  size_t begin = 0;
  size_t end = text.size();
  while (left_ && begin < end && is_white_space(code_point_at(text, begin).value)) {
    begin += code_point_at(text, begin).bytes;
  }
  while (right_ && end > begin && is_white_space(code_point_at(text, code_point_before(text, end)).value)) {
    end = code_point_before(text, end);
  }
  NormalizedString edited(text);
  if (begin > 0) edited.replace(begin, {});
  edited.keep(end - begin);
  if (end < text.size()) edited.replace(text.size() - end, {});
  return edited;
}

}  // namespace gramian::host
