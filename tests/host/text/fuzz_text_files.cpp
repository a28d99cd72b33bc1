// libFuzzer: what the first byte says of the rest, which a line "==" may divide in two: vocab.json and merges.txt,
// vocab.txt and tokenizer_config.json, the ids of a text, or a word expression.
// Build with clang and -DGRAMIAN_FUZZ=ON; run: fuzz_text_files CORPUS_DIR seeds/text_files

#include <utility>

#include "host/text/token_ids.hpp"
#include "host/text/word_expression.hpp"
#include "tests/host/text/fuzz_support.hpp"

namespace {

using namespace gramian::host;
using namespace gramian::host::test;

constexpr std::string_view kText = "The walking \xc3\xa9\xff\xf0\x9f\x98\x80 don't \xe4\xb8\xad  ab";

std::pair<std::string_view, std::string_view> halves(std::string_view bytes) {
  constexpr std::string_view kBetween = "\n==\n";
  const size_t at = bytes.find(kBetween);
  if (at == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, at), bytes.substr(at + kBetween.size())};
}

const gramian::Vocabulary& words() {
  static const gramian::Vocabulary vocabulary = [] {
    gramian::Vocabulary made;
    for (const char* word : {"a", "the", "\u0120king", "\u2581the", "##ing", "\u00e9", "\xff", ""})
      made.push_back(word);
    return made;
  }();
  return vocabulary;
}

void check_ids(std::string_view ids) {
  constexpr std::string_view kSpelled = "a the king the walking \xc3\xa9\xff a";
  for (const gramian::Vocabulary* vocabulary : {&words(), static_cast<const gramian::Vocabulary*>(nullptr)}) {
    check_refusal([&] {
      int64_t at = 0;
      for (const TextToken& token : read_token_ids("ids", ids, kSpelled, words().size(), vocabulary)) {
        if (token.id < TextToken::kUnknown || token.id >= words().size() || token.begin < at) std::abort();
        if (token.end < token.begin || token.end > static_cast<int64_t>(kSpelled.size())) std::abort();
        at = token.begin;
      }
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_refusal([&] {
    const auto [first, second] = halves(bytes);
    switch (data[0] % 4) {
      case 0:
        fuzz_file("merges.txt", second);
        check_tokens(*open_tokenizer(fuzz_file("vocab.json", first)), kText);
        break;
      case 1:
        fuzz_file("tokenizer_config.json", second);
        check_tokens(*open_tokenizer(fuzz_file("vocab.txt", first)), kText);
        break;
      case 2:
        check_ids(bytes);
        break;
      default:
        for (const WeightedWord& term : parse_word_expression(bytes)) {
          if (term.word.size() > bytes.size()) std::abort();
        }
    }
  });
  return 0;
}
