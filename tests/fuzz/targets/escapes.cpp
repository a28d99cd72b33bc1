// Any bytes on their way out: into messages, tables, XML, pictures and pages; and as tokens that are folded, joined and
// looked up.

#include <algorithm>
#include <array>

#include "host/formats/files/message.hpp"
#include "host/report/drawing/svg_text.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/painted/painted_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"
#include "host/text/tsv_text.hpp"
#include "host/text/unicode.hpp"
#include "host/text/vocabulary_join.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host;

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void escape(std::string_view bytes) {
  const std::string shown = printable(bytes, bytes.size() + 16);
  expect(is_utf8(shown) && !has_control(shown), "what is printed steers no terminal");
  expect(printable(shown, shown.size() + 16) == shown, "what is printable stays as it is");
  for (const char* mark : {"\u202e", "\u202d", "\u2066", "\u2069", "\u009b", "\u2028"}) {
    expect(shown.find(mark) == std::string::npos, "what is printed changes no direction and ends no line");
  }
  const std::string xml = xml_text(bytes);
  expect(is_utf8(xml) && xml.find_first_of("<>\"\t\n\r") == std::string::npos, "XML is escaped");
  expect(is_utf8(svg_label(bytes, 20)), "a label is text");
  const std::string tsv = tsv_text(bytes);
  expect(is_utf8(tsv) && !has_control(tsv), "a field of a table ends no field and no line");
  const std::string text = valid_utf8(bytes);
  expect(is_utf8(text) && (text == bytes) == is_utf8(bytes), "text that is UTF-8 stays as it is");
}

void fold(std::string_view bytes) {
  display_width(bytes);
  letters_only(bytes);
  composed(bytes);
  expect(code_points(bytes) <= std::ssize(bytes), "a code point has a byte");
  const std::string once = case_folded(bytes);
  expect(case_folded(once) == once, "what is folded stays as it is");
}

void look_up(std::string_view bytes) {
  static const gramian::Vocabulary words = [] {
    gramian::Vocabulary made;
    for (const char* word : {"a", "the", "\u0120king", "\u2581the", "##ing", "\u00e9", "\xff", ""})
      made.push_back(word);
    return made;
  }();
  find_token(words, bytes);
  nearest_spellings(words, bytes.substr(0, 60), 3);
  gramian::Vocabulary lines;
  for (size_t at = 0; at <= bytes.size();) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    lines.push_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  for (const JoinBy by : {JoinBy::exact, JoinBy::word}) {
    const VocabularyJoin join = join_vocabularies(lines, words, {.by = by, .casefold = true});
    for (const JoinedItem& item : join.items) {
      expect(item.first < lines.size() && item.second < words.size(), "joined rows are rows");
    }
    const LostTokens& lost = join.first;
    expect(lost.unnamed + lost.continuation_pieces + lost.duplicates + lost.only_here + std::ssize(join.items) ==
               lines.size(),
           "every row is joined or counted");
  }
}

void paint(std::string_view bytes) {
  std::vector<PaintedToken> tokens;
  int64_t at = 0;
  for (size_t i = 0; i + 2 < std::min<size_t>(bytes.size(), 30); i += 3) {
    const auto byte = [&](size_t k) { return static_cast<int64_t>(static_cast<unsigned char>(bytes[i + k])); };
    const int64_t begin = std::min(at + byte(0) % 4, std::ssize(bytes));
    const int64_t end = std::min(begin + byte(1) % 6, std::ssize(bytes));
    tokens.push_back({byte(2) % 9 - 1, begin, end});
    at = begin;
  }
  size_t done = 0;
  for (const ShownRange& range : shown_ranges(bytes, tokens)) {
    expect(range.begin >= done && range.end >= range.begin && range.end <= bytes.size(), "ranges do not overlap");
    done = range.end;
  }
}

const Target target("escapes", [](std::string_view bytes) {
  escape(bytes);
  fold(bytes);
  look_up(bytes);
  paint(bytes);
});

}  // namespace
