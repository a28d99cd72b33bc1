#include "host/text/normalizers/plain_normalizers.hpp"

#include <algorithm>

#include "host/text/unicode/code_point.hpp"
#include "host/text/unicode/letter_case.hpp"

namespace gramian::host {

EditedText Prepend::apply(std::string_view text) const {
  EditedText edited(text);
  if (!unless_there_ || !text.starts_with(prefix_)) edited.replace(0, prefix_);
  return edited;
}

EditedText Replace::apply(std::string_view text) const {
  EditedText edited(text);
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

EditedText Lowercase::apply(std::string_view text) const {
  EditedText edited(text);
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

}  // namespace gramian::host
