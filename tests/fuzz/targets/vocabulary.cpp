// Vocabularies in files of their own: JSON, tokenizer.json, lines, lines with counts, tables; for matrices of as many
// rows as the first byte says, with tokens or as a table of numbers.

#include "host/formats/vocabularies/vocabulary_file.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("vocabulary", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const gramian::host::NamedFor matrix{"x.npy", 1 + choice % 16, 2, choice / 16 % 2 == 1};
  const auto found = gramian::host::read_vocabulary(put("vocab.txt", rest), matrix);
  expect(found.vocabulary.size() == matrix.rows, "there are as many tokens as rows");
  for (int64_t row = 0; row < matrix.rows; ++row) {
    if (!found.vocabulary.named(row)) continue;
    expect(found.vocabulary.find(found.vocabulary[row]).has_value(), "a token is found");
  }
});

}  // namespace
