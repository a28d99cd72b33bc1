#include "host/text/pipeline/edited_text.hpp"

#include <algorithm>

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// Bytes at the start of `bytes`, which is not a sequence of UTF-8, that could have begun one; at least 1.
size_t damaged_sequence(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < 2) return 1;
  const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 1;
  const size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  size_t length = 2;
  while (length < wanted && length < bytes.size() && (byte(length) & 0xc0) == 0x80) ++length;
  return length;
}

}  // namespace

void EditedText::keep(size_t bytes) { spoken_of_ += bytes; }

void EditedText::replace(size_t bytes, std::string_view by) {
  text_.append(original_.substr(copied_, spoken_of_ - copied_));
  const int64_t begin = std::ssize(text_);
  text_.append(by);
  const bool one_for_one = bytes > 0 && by.size() == bytes && utf8_sequence(by) == bytes &&
                           utf8_sequence(original_.substr(spoken_of_)) == bytes;
  if (!one_for_one) {
    const auto original_begin = static_cast<int64_t>(spoken_of_);
    edits_.push_back({begin, std::ssize(text_), original_begin, original_begin + static_cast<int64_t>(bytes)});
  }
  spoken_of_ += bytes;
  copied_ = spoken_of_;
  changed_ = true;
}

std::string_view EditedText::text() {
  if (!changed_) return original_;
  text_.append(original_.substr(copied_));
  copied_ = spoken_of_ = original_.size();
  return text_;
}

void EditedText::restore(std::vector<TextToken>& tokens) const {
  if (edits_.empty()) return;
  // The last edit that begins at or before `at`; tokens come in order, so it only moves forward.
  size_t next = 0;
  const auto original = [&](int64_t at, bool is_end) {
    while (next < edits_.size() && (is_end ? edits_[next].begin < at : edits_[next].begin <= at)) ++next;
    if (next == 0) return at;
    const Edit& edit = edits_[next - 1];
    if (at >= edit.end) return edit.original_end + (at - edit.end);
    return at == edit.begin ? edit.original_begin : edit.original_end;
  };
  for (TextToken& token : tokens) {
    token.begin = original(token.begin, false);
    token.end = std::max(token.begin, original(token.end, true));
  }
}

EditedText as_utf8(std::string_view text) {
  EditedText edited(text);
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_sequence(text.substr(at));
    if (length > 0) {
      edited.keep(length);
      at += length;
    } else {
      const size_t damaged = damaged_sequence(text.substr(at));
      edited.replace(damaged, "\uFFFD");
      at += damaged;
    }
  }
  return edited;
}

}  // namespace gramian::host
