// Patterns of tokenizers, and the text that follows them.

#include "host/text/unicode/regex.hpp"
#include "host/text/unicode.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("regex", [](std::string_view bytes) {
  const auto [pattern, text] = halves(bytes);
  // Both come out of strings of JSON, or of texts that were made UTF-8.
  if (!gramian::host::is_utf8(pattern) || !gramian::host::is_utf8(text)) return;
  const gramian::host::Regex regex("tokenizer.json", "pre_tokenizer", pattern);
  regex.matches_empty();
  for (const std::string_view each : {std::string_view("The na\xc3\xafve 123\n don't  \xf0\x9f\x98\x80"), text}) {
    size_t done = 0;
    for (const auto& [begin, end] : regex.matches(each)) {
      expect(begin >= done && end > begin && end <= each.size(), "matches come in order and are not empty");
      const bool starts = (static_cast<unsigned char>(each[begin]) & 0xc0) != 0x80;
      expect(starts && (end == each.size() || (static_cast<unsigned char>(each[end]) & 0xc0) != 0x80),
             "a match is whole characters");
      done = end;
    }
  }
});

}  // namespace
