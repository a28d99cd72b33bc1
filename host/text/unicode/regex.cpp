#include "host/text/unicode/regex.hpp"

#include <unicode/uregex.h>
#include <unicode/ustring.h>

#include "engine/narrow.hpp"
#include "host/formats/files/message.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {
namespace {

std::u16string as_utf16(std::string_view text) {
  std::u16string wide;
  wide.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const CodePoint code = code_point_at(text, at);
    if (code.value < 0x10000) {
      wide += static_cast<char16_t>(code.value);
    } else {
      wide += static_cast<char16_t>(U16_LEAD(code.value));
      wide += static_cast<char16_t>(U16_TRAIL(code.value));
    }
    at += code.bytes;
  }
  return wide;
}

/// `pattern` means to Oniguruma what the result means to ICU: the two differ in \w and \h.
std::string for_icu(std::string_view pattern) {
  std::string same;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '\\' || at + 1 == pattern.size()) {
      same += pattern[at];
      continue;
    }
    const char kind = pattern[++at];
    const bool negated = kind == 'W' || kind == 'H';
    if (kind == 'w' || kind == 'W') {
      same += std::string(negated ? "[^" : "[") + R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}²³¹¼½¾])";
    } else if (kind == 'h' || kind == 'H') {
      same += std::string(negated ? "[^" : "[") + "0-9a-fA-F]";
    } else {
      same += '\\';
      same += kind;
    }
  }
  return same;
}

/// Turns places in UTF-16 into places in UTF-8; they are asked for in ascending order.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}
  size_t operator()(size_t units) {
    while (units_ < units) {
      const CodePoint code = code_point_at(text_, bytes_);
      bytes_ += code.bytes;
      units_ += code.value < 0x10000 ? 1 : 2;
    }
    return bytes_;
  }

 private:
  std::string_view text_;
  size_t units_ = 0;
  size_t bytes_ = 0;
};

/// How often a pattern may step back in a whole text, in ICU's unit of 10,000 times (0.14 ms on a Xeon). Patterns that
/// cut texts hardly do; for others the number grows exponentially with the text, so that any limit is soon reached.
class Budget {
 public:
  explicit Budget(size_t bytes) : left_(kLeast + static_cast<int64_t>(bytes / kBytes)) {}
  static UBool spend(const void* context, int32_t /*steps*/) {
    return --static_cast<const Budget*>(context)->left_ > 0 ? 1 : 0;
  }

 private:
  static constexpr int64_t kLeast = 1000;
  static constexpr size_t kBytes = 20;
  mutable int64_t left_;
};

}  // namespace

void Regex::Close::operator()(URegularExpression* expression) const { uregex_close(expression); }

Regex::Regex(std::string_view path, std::string_view part, std::string_view pattern) {
  const std::u16string wide = as_utf16(for_icu(pattern));
  UErrorCode status = U_ZERO_ERROR;
  UParseError where;
  expression_.reset(uregex_open(wide.data(), narrow<int32_t>(wide.size()), 0, &where, &status));
  if (U_FAILURE(status)) {
    refuse(path, "its " + std::string(part) + " has the pattern " + in_quotes(pattern, 200) +
                     ", which is not supported; give the ids of the text instead");
  }
}

bool Regex::matches_empty() const {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<URegularExpression, Close> expression(uregex_clone(expression_.get(), &status));
  uregex_setText(expression.get(), u"", 0, &status);
  return U_SUCCESS(status) && uregex_matches(expression.get(), 0, &status);
}

std::vector<Regex::Match> Regex::matches(std::string_view text) const {
  constexpr int32_t kMostMemory = 1 << 30;  // bytes, taken only by runs that need them
  const std::u16string wide = as_utf16(text);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<URegularExpression, Close> expression(uregex_clone(expression_.get(), &status));
  const Budget budget(text.size());
  uregex_setMatchCallback(expression.get(), Budget::spend, &budget, &status);
  uregex_setStackLimit(expression.get(), kMostMemory, &status);
  uregex_setText(expression.get(), wide.data(), narrow<int32_t>(wide.size()), &status);
  Places place(text);
  std::vector<Match> found;
  while (U_SUCCESS(status) && uregex_findNext(expression.get(), &status)) {
    const size_t begin = place(static_cast<size_t>(uregex_start(expression.get(), 0, &status)));
    const size_t end = place(static_cast<size_t>(uregex_end(expression.get(), 0, &status)));
    if (begin < end) found.push_back({begin, end});
  }
  if (U_FAILURE(status)) {
    throw InvalidInput(std::string("the tokenizer's pattern takes too much time or memory on this text (") +
                       u_errorName(status) + "); give a shorter text, or its ids");
  }
  return found;
}

}  // namespace gramian::host
