#include "host/text/normalizers/bert_normalizer.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <array>

#include "host/text/normalizers/unicode_form.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

bool ideograph(char32_t c) {
  struct Block {
    char32_t first, last;
  };
  // As BERT has them: not Unicode's property, and from a slip on, U+2B820 to U+2B91F are not among them.
  constexpr std::array<Block, 8> kBlocks = {{{0x4e00, 0x9fff},
                                             {0x3400, 0x4dbf},
                                             {0x20000, 0x2a6df},
                                             {0x2a700, 0x2b73f},
                                             {0x2b740, 0x2b81f},
                                             {0x2b920, 0x2ceaf},
                                             {0xf900, 0xfaff},
                                             {0x2f800, 0x2fa1f}}};
  return c >= 0x3400 && std::ranges::any_of(kBlocks, [&](const Block& b) { return c >= b.first && c <= b.last; });
}

}  // namespace

NormalizedString BertNormalizer::apply(std::string_view text) const {
  NormalizedString edited(text);
  const UNormalizer2* const nfd = normalizer_of(UnicodeForm::Form::nfd);
  std::string becomes;
  for (size_t at = 0; at < text.size();) {
    const auto [code, bytes] = code_point_at(text, at);
    at += bytes;
    const auto c = static_cast<UChar32>(code);
    if (code > 0x20 && code < 0x7f) {
      const bool capital = settings_.lowercase && code >= 'A' && code <= 'Z';
      const char small = static_cast<char>(code + ('a' - 'A'));
      capital ? edited.replace(1, {&small, 1}) : edited.keep(1);
      continue;
    }
    if (settings_.clean_text) {
      const bool blank = code == '\t' || code == '\n' || code == '\r';
      if (!blank && (code == 0 || code == 0xfffd || bert_control(code))) {
        edited.replace(bytes, {});
        continue;
      }
      if (blank || u_isUWhiteSpace(c)) {
        edited.replace(bytes, " ");
        continue;
      }
    }
    const bool alone = settings_.handle_chinese_chars && ideograph(code);
    if (alone) edited.replace(0, " ");
    becomes.clear();
    const auto add = [&](UChar32 part) {
      const auto whole = static_cast<char32_t>(part);
      if (settings_.strip_accents && bert_nonspacing_mark(whole)) return;
      settings_.lowercase ? append_lower(becomes, whole) : append_utf8(becomes, whole);
    };
    std::array<UChar, 32> parts;  // the longest canonical decomposition has 4
    UErrorCode status = U_ZERO_ERROR;
    const int32_t count = settings_.strip_accents ? unorm2_getDecomposition(nfd, c, parts.data(),
                                                                            static_cast<int32_t>(parts.size()), &status)
                                                  : -1;
    if (count < 0) {
      add(c);
    } else {
      for (int32_t i = 0; i < count;) {
        UChar32 part = 0;
        U16_NEXT(parts.data(), i, count, part);
        add(part);
      }
    }
    becomes == text.substr(at - bytes, bytes) ? edited.keep(bytes) : edited.replace(bytes, becomes);
    if (alone) edited.replace(0, " ");
  }
  return edited;
}

}  // namespace gramian::host
