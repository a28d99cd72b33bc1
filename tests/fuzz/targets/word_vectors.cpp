// Vectors with their words: word2vec's binary and text files, GloVe's, tables with tabs and commas; all of them, or as
// many rows as are wanted. Two threads read what one reads.

#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host;

const Target target("word_vectors", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  const std::string path = put("x.txt", rest);
  ReadOptions options = little_memory();
  if (choice % 4 == 1) options.limit = 1 + choice / 4 % 8;
  const Embedding embedding = open_embedding(path, std::nullopt, 1, options);
  read_all(embedding);
  if (choice % 4 == 2) expect_same(embedding, open_embedding(path, std::nullopt, 2, options));
});

}  // namespace
