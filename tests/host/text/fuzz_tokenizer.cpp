// libFuzzer: any bytes at all, by the first of them: opened as a tokenizer and used on a text; as a text for tokenizers
// that are known to be good; or as damage to a SentencePiece model.
// Build with clang and -DGRAMIAN_FUZZ=ON; run: fuzz_tokenizer CORPUS_DIR seeds/tokenizer

#include <vector>

#include "tests/host/text/fuzz_support.hpp"
#include "tests/host/text/sentence_piece_bytes.hpp"

namespace {

using namespace gramian::host;
using namespace gramian::host::test;

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
  return sentence_piece_model({{"<unk>", 0, 2},
                               {"<s>", 0, 3},
                               {"ab", 0, 4},
                               {"th", -1, 1},
                               {"the", -2, 1},
                               {"e", -3, 1},
                               {"\u2581", -4, 1},
                               {"\u2581the", -5, 1},
                               {"\u00e9", -6, 1},
                               {"n", -6, 1}}) +
         sentence_piece_pairs() + message_field(3, message_field(2, character_map("e ")) + message_field(3, 1));
}

/// Two bytes for a place, one that is put there instead, and so on.
std::string damaged(std::string model, std::string_view damage) {
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(damage[i])}; };
  for (size_t i = 0; i + 3 <= damage.size(); i += 3) model[(byte(i) << 8 | byte(i + 1)) % model.size()] = damage[i + 2];
  return model;
}

std::vector<std::unique_ptr<Tokenizer>> known() {
  std::vector<std::unique_ptr<Tokenizer>> tokenizers;
  for (const char* json : kKnown) tokenizers.push_back(open_tokenizer(fuzz_file("known", json)));
  tokenizers.push_back(open_tokenizer(fuzz_file("known", sentence_piece())));
  static gramian::Vocabulary words;
  for (const char* word : {"a", "the", "n't", "'s", "-", "well-known", "中", "👍"}) words.push_back(word);
  tokenizers.push_back(word_tokenizer(words));
  return tokenizers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<std::unique_ptr<Tokenizer>> tokenizers = known();
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_refusal([&] {
    if ((data[0] & 1) != 0) {
      for (const auto& tokenizer : tokenizers) check_tokens(*tokenizer, bytes);
    } else if ((data[0] & 2) != 0) {
      const std::string path = fuzz_file("input", damaged(sentence_piece(), bytes));
      check_tokens(*open_tokenizer(path), "A theAb Aunaffable  na\xc3\xafv\xc3\xa9\xff 123 ");
    } else {
      check_tokens(*open_tokenizer(fuzz_file("input", bytes)), "The unaffable <x> na\xc3\xafve\xff 123 don't A theAb");
    }
  });
  return 0;
}
