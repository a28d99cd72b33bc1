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

/// How often a pattern may step back in a text, in ICU's unit of 10,000 times. Patterns that cut texts do so about
/// three times a byte; for others the number grows exponentially with the text, or with the pattern where the text is
/// empty, so that any limit is soon reached. A step copies a frame that has a place for every loop of the pattern: ".*"
/// a thousand times over makes one 33 times as dear, so that a pattern pays for its length.
class Budget {
 public:
  Budget(size_t pattern_units, size_t text_bytes)
      : left_(static_cast<int64_t>(kLeast + (kShortOnes + text_bytes / kBytes) * kLength / (kLength + pattern_units))) {
  }
  static UBool spend(const void* context, int32_t /*steps*/) {
    return --static_cast<const Budget*>(context)->left_ > 0 ? 1 : 0;
  }

 private:
  static constexpr size_t kLeast = 2;
  static constexpr size_t kShortOnes = 50;  // what a pattern of no length may spend on a text of no length
  static constexpr size_t kBytes = 20;
  static constexpr size_t kLength = 100;  // UTF-16 units of a pattern that double the price
  mutable int64_t left_;
};

/// Compiling takes up to 2 ms a class of characters where case is ignored; that of GPT-4o, one of the
/// longest that cut texts, has 274 units.
constexpr size_t kLongest = 8192;

}  // namespace

void Regex::Close::operator()(URegularExpression* expression) const { uregex_close(expression); }

Regex::Regex(std::string_view path, std::string_view part, std::string_view pattern) {
  if (pattern.size() > kLongest) {
    refuse(path, "its " + std::string(part) + " has a pattern of " + std::to_string(pattern.size()) +
                     " bytes, more than the " + std::to_string(kLongest) +
                     " that are read; give the ids of the text instead");
  }
  const std::u16string wide = as_utf16(for_icu(pattern));
  units_ = wide.size();
  UErrorCode status = U_ZERO_ERROR;
  UParseError where;
  expression_.reset(uregex_open(wide.data(), narrow<int32_t>(wide.size()), 0, &where, &status));
  if (U_FAILURE(status)) {
    refuse(path, "its " + std::string(part) + " has the pattern " + in_quotes(pattern, 200) +
                     ", which is not supported; give the ids of the text instead");
  }
}

void Regex::each_match(std::string_view text, const std::function<void(int32_t, int32_t)>& found) const {
  constexpr int32_t kMostMemory = 1 << 30;  // bytes, taken only by runs that need them
  const std::u16string wide = as_utf16(text);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<URegularExpression, Close> expression(uregex_clone(expression_.get(), &status));
  const Budget budget(units_, text.size());
  uregex_setMatchCallback(expression.get(), Budget::spend, &budget, &status);
  uregex_setStackLimit(expression.get(), kMostMemory, &status);
  uregex_setText(expression.get(), wide.data(), narrow<int32_t>(wide.size()), &status);
  while (U_SUCCESS(status) && uregex_findNext(expression.get(), &status)) {
    found(uregex_start(expression.get(), 0, &status), uregex_end(expression.get(), 0, &status));
  }
  if (U_FAILURE(status)) {
    throw InvalidInput(std::string("the tokenizer's pattern takes too much time or memory on this text (") +
                       u_errorName(status) + "); give a shorter text, or its ids");
  }
}

bool Regex::matches_empty() const {
  bool any = false;
  each_match("", [&](int32_t, int32_t) { any = true; });
  return any;
}

std::vector<Regex::Match> Regex::matches(std::string_view text) const {
  Places place(text);
  std::vector<Match> all;
  each_match(text, [&](int32_t from, int32_t to) {
    const size_t begin = place(static_cast<size_t>(from));
    const size_t end = place(static_cast<size_t>(to));
    if (begin < end) all.push_back({begin, end});
  });
  return all;
}

}  // namespace gramian::host
