// Any bytes as a text, for tokenizers that are known to be good.

#include <memory>
#include <vector>

#include "tests/fuzz/harness.hpp"
#include "tests/host/text/sentence_piece_bytes.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host;

constexpr const char* kKnown[] = {
    R"({"added_tokens":[{"id":9,"content":"<x>","lstrip":true,"rstrip":true},{"id":8,"content":"y","single_word":true}],
        "normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"ByteLevel"},
        "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"aa":3,"aaaa":4},"merges":["a b","a a","aa aa"]}})",
    R"({"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\s+(?!\\S)|\\p{L}{1,3}|[^\\s]?\\w+"},"behavior":"Isolated"},
        "model":{"type":"BPE","fuse_unk":true,"unk_token":"a","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}})",
    R"({"normalizer":{"type":"BertNormalizer"},"pre_tokenizer":{"type":"BertPreTokenizer"},
        "model":{"type":"WordPiece","vocab":{"[UNK]":0,"un":1,"##a":2,"a":3,"##e":4,"e":5}}})",
    R"({"normalizer":{"type":"NFKC"},"pre_tokenizer":{"type":"Metaspace","prepend_scheme":"first"},
        "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["▁the",-1.5],["e",-2],["▁",-2]]}})",
    R"({"normalizer":{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},
        {"type":"StripAccents"},{"type":"Strip"}]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"Contiguous"},
        {"type":"ByteLevel"},{"type":"Digits"}]},
        "model":{"type":"BPE","unk_token":"b","end_of_word_suffix":"</w>","continuing_subword_prefix":"@",
        "vocab":{"a":0,"b":1,"@b</w>":2,"ab</w>":3,"²":4,"@²":5,"²²":6},"merges":["a @b</w>","² @²"]}})"};

std::string sentence_piece() {
  using namespace gramian::host::test;
  return sentence_piece_model({{"<unk>", 0, 2}, {"ab", 0, 4}, {"th", -1, 1}, {"\u2581", -4, 1}, {"\u2581th", -5, 1}}) +
         sentence_piece_pairs() + message_field(3, message_field(2, character_map("e ")) + message_field(3, 1));
}

std::vector<std::unique_ptr<Tokenizer>> known() {
  std::vector<std::unique_ptr<Tokenizer>> tokenizers;
  for (const char* json : kKnown) tokenizers.push_back(open_tokenizer(put("known", json)));
  tokenizers.push_back(open_tokenizer(put("known", sentence_piece())));
  static gramian::Vocabulary words;
  for (const char* word : {"a", "the", "n't", "'s", "-", "well-known", "中", "👍"}) words.push_back(word);
  tokenizers.push_back(word_tokenizer(words));
  return tokenizers;
}

const Target target("texts", [](std::string_view bytes) {
  static const std::vector<std::unique_ptr<Tokenizer>> tokenizers = known();
  for (const auto& tokenizer : tokenizers) cut(*tokenizer, bytes);
});

}  // namespace
