#include <algorithm>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/arrays/npy.hpp"
#include "host/formats/checkpoints/safetensors_model.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/sniff.hpp"
#include "host/formats/vocabularies/vocabulary_file.hpp"
#include "host/formats/word_vectors/text_vectors.hpp"
#include "host/formats/word_vectors/word2vec_binary.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {
namespace {

// PATH#tensor. File names may contain '#', so a file of the whole name comes first.
std::pair<std::string, std::string> split_input(std::string_view input) {
  const size_t hash = input.rfind('#');
  std::error_code ignored;
  if (hash == std::string_view::npos || std::filesystem::exists(input, ignored)) return {std::string(input), {}};
  if (hash + 1 == input.size()) {
    throw InvalidUsage(printable(input, 4096) + ": no tensor name follows '#'; give PATH#TENSOR, or PATH alone");
  }
  return {std::string(input.substr(0, hash)), std::string(input.substr(hash + 1))};
}

void take(Embedding& embedding, NamedMatrix&& named) {
  embedding.matrix = std::move(named.matrix);
  embedding.vocabulary = std::move(named.vocabulary);
}

void take(Embedding& embedding, ModelMatrix&& model) {
  embedding.matrix = std::move(model.matrix);
  embedding.tensor = std::move(model.tensor);
  std::ranges::move(model.files, std::back_inserter(embedding.files));
}

Embedding open_matrix(const std::string& path, const std::string& tensor, int threads) {
  const auto file = MappedFile::open(path);
  const FileFormat format = sniff(*file);
  if (!tensor.empty() && format != FileFormat::safetensors && format != FileFormat::safetensors_index) {
    throw InvalidUsage(printable(path, 4096) + ": holds a single matrix; leave out '#" + printable(tensor) + "'");
  }
  Embedding embedding;
  embedding.path = path;
  embedding.files.push_back(path);
  switch (format) {
    case FileFormat::npy:
      embedding.format = "npy";
      embedding.matrix = read_npy(file);
      break;
    case FileFormat::safetensors:
      embedding.format = "safetensors";
      take(embedding, read_safetensors(file, tensor));
      break;
    case FileFormat::safetensors_index:
      embedding.format = "safetensors";
      take(embedding, read_safetensors_index(file, tensor));
      break;
    case FileFormat::word2vec_binary:
      embedding.format = "word2vec-binary";
      take(embedding, read_word2vec_binary(file, *read_word2vec_header(*file), threads));
      break;
    case FileFormat::word2vec_text:
      embedding.format = "word2vec-text";
      take(embedding, read_word2vec_text(file, *read_word2vec_header(*file), threads));
      break;
    case FileFormat::glove:
      embedding.format = "glove";
      take(embedding, read_glove(file, *glove_dimensions(*file), threads));
      break;
  }
  return embedding;
}

void add_vocabulary(Embedding& embedding, const std::optional<std::filesystem::path>& vocab) {
  const int64_t rows = embedding.matrix.view.rows;
  if (vocab) {
    embedding.vocabulary = read_vocabulary(*vocab, embedding.path, rows);
    embedding.vocabulary_path = vocab->string();
  } else if (!embedding.vocabulary) {
    if (auto found = find_vocabulary(embedding.path, rows)) {
      embedding.vocabulary = std::move(found->vocabulary);
      embedding.vocabulary_path = std::move(found->path);
    }
  }
  if (!embedding.vocabulary_path.empty()) embedding.files.push_back(embedding.vocabulary_path);
}

}  // namespace

Embedding open_embedding(std::string_view input, const std::optional<std::filesystem::path>& vocab, int threads) {
  const auto [path, tensor] = split_input(input);
  try {
    Embedding embedding = open_matrix(path, tensor, std::max(1, threads));
    add_vocabulary(embedding, vocab);
    return embedding;
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(printable(path, 4096) +
                      ": not enough memory for its tokens; free about twice the size of the "
                      "file and its vocabulary");
  }
}

}  // namespace gramian::host
