// A stranger's second program: a text in tokens, and the words that two vocabularies share.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/error.hpp"
#include "engine/vocabulary.hpp"
#include "host/text/tokenizer.hpp"
#include "host/text/vocabulary_join.hpp"

namespace {

gramian::Vocabulary vocabulary(std::initializer_list<const char*> tokens) {
  gramian::Vocabulary made;
  for (const char* token : tokens) made.push_back(token);
  return made;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::filesystem::path folder = arguments[1];
  std::ofstream(folder / "vocab.txt") << "[UNK]\nthe\nking\n##dom\n";

  const auto tokenizer = gramian::host::open_tokenizer(folder);
  const std::string text = "The kingdom, the \xc3\xa9!";
  std::string shown;
  for (const gramian::host::TextToken& token : tokenizer->encode(text)) {
    shown += std::string(tokenizer->token(token.id)) + "[" +
             text.substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin)) + "] ";
  }
  std::printf("%s: %s\n", tokenizer->kind().c_str(), shown.c_str());

  // Byte-level BPE marks the beginning of a word by Ġ, which is a space; the words are the same.
  const auto first = vocabulary({"\u0120king", "\u0120the", "ing"});
  const auto second = vocabulary({"the", "King", "queen"});
  const auto join =
      gramian::host::join_vocabularies(first, second, {.by = gramian::host::JoinBy::word, .casefold = true});
  std::printf("%s", gramian::host::join_as_tsv(join.items).c_str());

  bool refused = false;
  try {
    gramian::host::open_tokenizer(folder / "absent");
  } catch (const gramian::InvalidUsage&) {
    refused = true;
  }
  const bool same_tokens = shown == "the[The] king[king] ##dom[dom] [UNK][,] the[the] [UNK][\xc3\xa9] [UNK][!] ";
  const bool same_items = join.items.size() == 2 && join.items[0].token == "king" && join.items[0].first == 0 &&
                          join.items[0].second == 1 && join.items[1].second == 0;
  return same_tokens && same_items && refused ? 0 : 1;
}
