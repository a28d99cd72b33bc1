// libFuzzer: short texts and what is written of them. By the first byte: ids of a text's tokens; sums of words; any
// bytes made printable, into XML, into tab-separated values; tokens of any place painted; a result.json that lists its
// files. scripts/fuzz builds and runs it.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/drawing/svg_text.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/files/result_listing.hpp"
#include "host/report/painted/painted_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"
#include "host/text/token_ids.hpp"
#include "host/text/tsv_text.hpp"
#include "host/text/unicode.hpp"
#include "host/text/word_expression.hpp"
#include "tests/fuzz/place.hpp"

namespace {

using namespace gramian::host;

const gramian::Vocabulary& words() {
  static const gramian::Vocabulary some = [] {
    gramian::Vocabulary vocabulary;
    for (const char* word : {"a", "the", "\xc4\xa0king", "\xe2\x96\x81the", "##ing", "\xc3\xa9", "\xff", ""}) {
      vocabulary.push_back(word);
    }
    return vocabulary;
  }();
  return some;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_ids(std::string_view bytes) {
  constexpr std::string_view kText = "a the king the walking \xc3\xa9\xff a";
  int64_t done = 0;
  for (const TextToken& token : read_token_ids("ids", bytes, kText, words().size(), &words())) {
    require(token.id >= -1 && token.id < words().size());
    require(token.begin >= done && token.end >= token.begin && token.end <= std::ssize(kText));
    done = token.begin;
  }
}

void check_escapes(std::string_view bytes) {
  const std::string shown = printable(bytes, 1 << 20);
  require(is_utf8(shown) && is_utf8(valid_utf8(bytes)));
  for (const char c : shown) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  require(printable(shown, 1 << 20) == shown);
  const std::string xml = xml_text(bytes);
  require(is_utf8(xml) && xml.find_first_of("<>\"\t\n\r") == std::string::npos);
  const std::string tsv = tsv_text(bytes);
  require(is_utf8(tsv) && tsv.find_first_of("\t\n\r\x1b") == std::string::npos);
  svg_label(bytes, 20);
  display_width(bytes);
  code_points(bytes);
  nearest_spellings(words(), std::string(bytes.substr(0, 60)), 3);
}

void check_painted(std::string_view bytes) {
  std::vector<PaintedToken> tokens;
  int64_t at = 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (size_t i = 0; i + 2 < std::min<size_t>(bytes.size(), 30); i += 3) {
    const int64_t begin = std::min<int64_t>(at + byte(i) % 4, std::ssize(bytes));
    tokens.push_back({byte(i + 2) % 9 - 1, begin, std::min<int64_t>(begin + byte(i + 1) % 6, std::ssize(bytes))});
    at = begin;
  }
  size_t done = 0;
  for (const auto& range : shown_ranges(bytes, tokens)) {
    require(range.begin >= done && range.end >= range.begin && range.end <= bytes.size());
    done = range.end;
  }
}

void check_listing(std::string_view bytes) {
  static const gramian::fuzz::Place place;
  static const std::string listed = place.put("a", "1234");
  place.put("result.json", bytes);
  const Descriptor folder(::open(place.folder().c_str(), O_RDONLY | O_DIRECTORY));
  for (const ListedFile& file : listed_files(folder.get()).value()) {
    require(file.name == "a" || file.name == "result.json");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 5) {
      case 0:
        check_ids(bytes);
        break;
      case 1:
        parse_word_expression(bytes);
        break;
      case 2:
        check_escapes(bytes);
        break;
      case 3:
        check_painted(bytes);
        break;
      default:
        check_listing(bytes);
    }
  } catch (const gramian::Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
