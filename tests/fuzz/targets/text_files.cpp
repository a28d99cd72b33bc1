// Text files of tokenizers, which the first byte chooses among: vocab.json and merges.txt of GPT-2; vocab.txt of BERT
// and tokenizer_config.json; any of them by what they hold; the ids of a text.

#include "host/text/token_ids.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host;

constexpr std::string_view kText = "The walking \xc3\xa9\xff\xf0\x9f\x98\x80 don't \xe4\xb8\xad  ab";

const gramian::Vocabulary& words() {
  static const gramian::Vocabulary vocabulary = [] {
    gramian::Vocabulary made;
    for (const char* word : {"a", "the", "\u0120king", "\u2581the", "##ing", "\u00e9", "\xff", ""})
      made.push_back(word);
    return made;
  }();
  return vocabulary;
}

void read_ids(std::string_view ids, const gramian::Vocabulary* vocabulary) {
  constexpr std::string_view kSpelled = "a the king the walking \xc3\xa9\xff a";
  int64_t at = 0;
  for (const TextToken& token : read_token_ids("ids", ids, kSpelled, words().size(), vocabulary)) {
    expect(token.id >= TextToken::kUnknown && token.id < words().size(), "an id is a row");
    expect(token.begin >= at && token.end >= token.begin, "ranges come in order");
    expect(token.end <= static_cast<int64_t>(kSpelled.size()), "a range ends within the text");
    at = token.begin;
  }
}

const Target target("text_files", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const auto [first, second] = halves(rest);
  remove("tokenizer_config.json");
  switch (choice % 4) {
    case 0:
      put("merges.txt", second);
      cut(*open_tokenizer(put("vocab.json", first)), kText);
      break;
    case 1:
      put("tokenizer_config.json", second);
      cut(*open_tokenizer(put("vocab.txt", first)), kText);
      break;
    case 2:
      refuses([ids = rest] { read_ids(ids, &words()); });
      read_ids(rest, nullptr);
      break;
    default:
      cut(*open_tokenizer(put("tokenizer", rest)), kText);
  }
});

}  // namespace
