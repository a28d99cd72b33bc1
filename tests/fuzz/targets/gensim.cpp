// Vectors that gensim has saved: a pickle alone, or one with its vectors in a file beside it; and pickles of anything,
// described as messages do.

#include "host/formats/files/mapped_file.hpp"
#include "host/formats/format.hpp"
#include "host/formats/pickles/pickle.hpp"
#include "host/formats/word_vectors/gensim_model.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::host;

// A pickle that is no file of gensim's is given to its reader all the same.
void open(const std::string& path) {
  Embedding embedding;
  read_gensim({MappedFile::open(path), {}, 1, little_memory(), nullptr}, embedding);
  read_all(embedding);
}

void read_pickle(std::string_view bytes) {
  static const std::vector<PickleGlobal> kAllowed = {{"builtins", "int"}, {"a", "b"}, {"collections", "OrderedDict"}};
  const Pickle pickle("pickle", bytes, 0, kAllowed);
  expect(pickle.size() > 0 && pickle.size() <= std::ssize(bytes), "a pickle ends within its bytes");
  describe(pickle.root());
  pickle.root().find("a");
}

const Target target("gensim", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  remove("x.kv.vectors.npy");
  if (choice % 3 == 0) {
    open(put("x.kv", rest));
  } else if (choice % 3 == 1) {
    const auto [pickle, vectors] = halves(rest);
    put("x.kv.vectors.npy", beginning_with("\x93NUMPY", vectors));
    open(put("x.kv", pickle));
  } else {
    read_pickle(rest);
  }
});

}  // namespace
