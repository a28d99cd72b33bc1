#include "host/text/pipeline/normalized_string.hpp"

#include <algorithm>

#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

/// The number of bytes at the start of `bytes`, which is no sequence of UTF-8, that could have begun one; at least 1.
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

void NormalizedString::replace(size_t bytes, std::string_view by) {
  text_.append(original_.substr(copied_, read_ - copied_));
  const int64_t begin = std::ssize(text_);
  text_.append(by);
  const bool one_for_one =
      bytes > 0 && by.size() == bytes && utf8_sequence(by) == bytes && utf8_sequence(original_.substr(read_)) == bytes;
  if (!one_for_one) {
    const auto original_begin = static_cast<int64_t>(read_);
    edits_.push_back({begin, std::ssize(text_), original_begin, original_begin + static_cast<int64_t>(bytes)});
  }
  read_ += bytes;
  copied_ = read_;
  changed_ = true;
}

std::string_view NormalizedString::text() {
  if (!changed_) return original_;
  text_.append(original_.substr(copied_));
  copied_ = read_ = original_.size();
  return text_;
}

void NormalizedString::restore(std::vector<TextToken>& tokens) const {
  for (TextToken& token : tokens) {
    if (origins_.empty()) break;
    token.begin = origins_[static_cast<size_t>(token.begin)];
    token.end = origins_[static_cast<size_t>(token.end)];
  }
  if (edits_.empty()) return;
  // The last edit that begins at or before `at`; tokens come in order, so it only moves forward.
  size_t next = 0;
  const auto edit_at = [&](int64_t at, bool is_end) -> const Edit* {
    while (next < edits_.size() && (is_end ? edits_[next].begin < at : edits_[next].begin <= at)) ++next;
    return next == 0 ? nullptr : &edits_[next - 1];
  };
  const auto after = [](const Edit& edit, int64_t at) { return edit.original_end + (at - edit.end); };
  int64_t done = 0;  // where the token before ends
  for (TextToken& token : tokens) {
    if (const Edit* edit = edit_at(token.begin, false)) {
      token.begin = token.begin >= edit->end ? after(*edit, token.begin) : std::max(done, edit->original_begin);
    }
    if (const Edit* edit = edit_at(token.end, true)) {
      if (token.end >= edit->end) {
        token.end = after(*edit, token.end);
      } else {
        token.end = token.end == edit->begin ? edit->original_begin : edit->original_end;
      }
    }
    token.end = std::max(token.begin, token.end);
    done = token.end;
  }
}

NormalizedString as_utf8(std::string_view text) {
  NormalizedString valid(text);
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_sequence(text.substr(at));
    if (length > 0) {
      valid.keep(length);
      at += length;
    } else {
      const size_t damaged = damaged_sequence(text.substr(at));
      valid.replace(damaged, "\uFFFD");
      at += damaged;
    }
  }
  return valid;
}

}  // namespace gramian::host
