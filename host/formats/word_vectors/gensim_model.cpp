#include "host/formats/word_vectors/gensim_model.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "host/formats/arrays/npy.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/pickles/pickled_array.hpp"

namespace gramian::host {
namespace {

using Kind = PickleValue::Kind;

const std::vector<PickleGlobal>& allowed_globals() {
  static const std::vector<PickleGlobal> kAllowed = [] {
    std::vector<PickleGlobal> allowed = {{"gensim.models.keyedvectors", "KeyedVectors"},
                                         {"gensim.models.keyedvectors", "EuclideanKeyedVectors"},
                                         {"gensim.models.keyedvectors", "Word2VecKeyedVectors"},
                                         {"gensim.models.keyedvectors", "FastTextKeyedVectors"},
                                         {"gensim.models.keyedvectors", "Vocab"},
                                         {"gensim.models.fasttext", "FastText"},
                                         {"gensim.models.fasttext", "FastTextKeyedVectors"},
                                         {"gensim.models.word2vec", "Word2Vec"},
                                         {"gensim.models.word2vec", "Word2VecTrainables"},
                                         {"gensim.models.word2vec", "Word2VecVocab"},
                                         {"gensim.utils", "call_on_class_only"},
                                         {"numpy.core.multiarray", "scalar"},
                                         {"numpy._core.multiarray", "scalar"},
                                         {"numpy.random", "__RandomState_ctor"},
                                         {"numpy.random._pickle", "__randomstate_ctor"},
                                         {"numpy.random._pickle", "__bit_generator_ctor"},
                                         {"numpy.random._mt19937", "MT19937"},
                                         {"collections", "OrderedDict"},
                                         {"collections", "defaultdict"},
                                         {"builtins", "int"},
                                         {"builtins", "hash"},
                                         {"builtins", "frozenset"},
                                         {"__builtin__", "int"},
                                         {"__builtin__", "long"},
                                         {"__builtin__", "hash"},
                                         {"__builtin__", "frozenset"}};
    const auto& arrays = array_globals();
    allowed.insert(allowed.end(), arrays.begin(), arrays.end());
    return allowed;
  }();
  return kAllowed;
}

// The attribute of an object, by the first of `names` that it has.
const PickleValue* attribute(const PickleValue& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const PickleValue* found = object.state == nullptr ? nullptr : object.state->find(name);
    if (found != nullptr && !found->is(Kind::none)) return found;
  }
  return nullptr;
}

// Whether the array `name` of an object was written to a file of its own.
bool is_beside(const PickleValue& object, std::string_view name) {
  const PickleValue* list = attribute(object, {"__numpys"});
  return list != nullptr &&
         std::ranges::any_of(list->items, [&](const PickleValue* item) { return item->text == name; });
}

class GensimReader {
 public:
  explicit GensimReader(const std::shared_ptr<const MappedFile>& file) : file_(file), path_(file->path()) {}

  void read(Embedding& result) {
    const Pickle pickle(path_, file_->bytes(), 0, allowed_globals());
    if (pickle.size() != file_->size()) {
      refuse(path_, std::to_string(file_->size() - pickle.size()) + " bytes follow its pickle; copy it again");
    }
    const PickleValue* vectors = &pickle.root();
    std::string prefix = path_;  // of the files beside it
    if (const PickleValue* of_model = attribute(*vectors, {"wv"})) {
      vectors = of_model;
      prefix += ".wv";
    }
    const PickleValue* words = attribute(*vectors, {"index_to_key", "index2word", "index2entity"});
    if (words == nullptr || !words->is(Kind::list)) {
      refuse(path_, "is a pickle of gensim without word vectors (" + describe(*vectors) +
                        "); save model.wv with its save(), or save_word2vec_format()");
    }
    result.vocabulary = read_words(*words);
    result.matrix = read_matrix(*vectors, prefix, result);
    const int64_t rows = result.matrix.view.rows;
    if (rows != result.vocabulary->size()) {
      refuse(path_, "holds " + std::to_string(result.vocabulary->size()) + " words and " + std::to_string(rows) +
                        " vectors; save it again");
    }
  }

 private:
  Vocabulary read_words(const PickleValue& words) const {
    Vocabulary vocabulary;
    for (const PickleValue* word : words.items) {
      if (!word->is(Kind::string) && !word->is(Kind::bytes)) {
        refuse(path_, "has " + describe(*word) + " among its words; save it with save_word2vec_format()");
      }
      vocabulary.push_back(word->text);
    }
    return vocabulary;
  }

  Matrix read_matrix(const PickleValue& vectors, const std::string& prefix, Embedding& result) const {
    for (const char* name : {"vectors", "syn0"}) {
      const PickleValue* array = attribute(vectors, {name});
      if (array != nullptr && is_pickled_array(*array)) return within(name, *array, result);
      const std::string beside = prefix + "." + name + ".npy";
      std::error_code ignored;
      if (is_beside(vectors, name) && std::filesystem::is_regular_file(beside, ignored)) {
        result.files.push_back(beside);
        const auto file = MappedFile::open(beside);
        Matrix matrix = read_npy({file->path(), file->bytes(), file});
        result.converted = matrix.owner != file;
        return matrix;
      }
    }
    if (attribute(vectors, {"vectors_vocab"}) != nullptr || is_beside(vectors, "vectors_vocab")) {
      refuse(path_,
             "holds words and n-grams of gensim's FastText apart, which gensim puts together when it loads them; save "
             "the vectors of its words with save_word2vec_format()");
    }
    refuse(path_, "keeps its vectors in a file of their own, " + printable(prefix, 4096) +
                      ".vectors.npy, which is missing; put it beside this one");
  }

  Matrix within(const std::string& name, const PickleValue& value, Embedding& result) const {
    const PickledArray array = read_pickled_array(path_, "its array " + in_quotes(name), value);
    if (array.shape.size() != 2 || array.shape[0] == 0 || array.shape[1] == 0) {
      refuse(path_, "its array " + in_quotes(name) + " is no matrix; save it with save_word2vec_format()");
    }
    std::shared_ptr<const void> owner = file_;
    if (array.owned) owner = array.owned;
    result.converted = array.owned != nullptr;
    const int64_t cols = array.shape[1];
    return {{reinterpret_cast<const std::byte*>(array.bytes.data()), array.type, array.shape[0], cols, cols}, owner};
  }

  const std::shared_ptr<const MappedFile>& file_;
  const std::string& path_;
};

}  // namespace

bool is_gensim_file(std::string_view start) {
  constexpr size_t kNameWithin = 64;  // of the class, after the protocol and a frame
  return start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5 &&
         start.substr(0, kNameWithin).find("gensim.models.") != std::string_view::npos;
}

void read_gensim(const Source& source, Embedding& embedding) { GensimReader(source.file).read(embedding); }

}  // namespace gramian::host
