// SentencePiece's models: bytes as they are, or damage to one that is whole; and a text that they cut.

#include "host/text/readers/sentence_piece.hpp"
#include "tests/fuzz/harness.hpp"
#include "tests/host/text/sentence_piece_bytes.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host::test;

std::string whole() {
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

const Target target("sentence_piece", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const std::string model = choice % 4 == 3 ? damaged(whole(), rest) : std::string(rest);
  const auto tokenizer = gramian::host::open_sentence_piece(put("x.model", model));
  cut(*tokenizer, "A theAb Aunaffable  na\xc3\xafv\xc3\xa9\xff 123 ");
});

}  // namespace
