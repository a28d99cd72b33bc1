#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "host/formats/arrays/npy.hpp"
#include "host/formats/checkpoints/gguf_file.hpp"
#include "host/formats/checkpoints/gguf_model.hpp"
#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/checkpoints/tensor_file.hpp"
#include "host/formats/checkpoints/torch_file.hpp"
#include "host/formats/format.hpp"
#include "host/formats/word_vectors/fasttext_model.hpp"
#include "host/formats/word_vectors/gensim_model.hpp"
#include "host/formats/word_vectors/text_vectors.hpp"
#include "host/formats/word_vectors/word2vec_binary.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {
namespace {

void take(Embedding& embedding, NamedMatrix&& named) {
  embedding.matrix = std::move(named.matrix);
  embedding.vocabulary = std::move(named.vocabulary);
  embedding.converted = true;
}

void take(Embedding& embedding, ModelMatrix&& model) {
  embedding.matrix = std::move(model.matrix);
  embedding.tensor = std::move(model.tensor);
  embedding.tensors = std::move(model.tensors);
  embedding.vocabulary = std::move(model.vocabulary);
  embedding.stored_type = std::move(model.stored_type);
  embedding.converted = model.converted;
  if (!model.format.empty()) embedding.format = std::move(model.format);
  std::ranges::move(model.files, std::back_inserter(embedding.files));
  std::ranges::move(model.notes, std::back_inserter(embedding.notes));
}

void read_tensors(const Source& source, Embedding& embedding) {
  take(embedding, read_tensor_file(source.file, source.member, source.threads));
}

constexpr Format kFormats[] = {
    {"npy", ".npy", Told::by_magic, false, is_npy,
     [](const Source& source, Embedding& embedding) {
       embedding.matrix = read_npy(source.file);
       embedding.converted = embedding.matrix.owner != source.file;
     }},
    {"safetensors", "safetensors", Told::by_magic, true, is_safetensors, read_tensors},
    {"pytorch", "PyTorch checkpoints", Told::by_magic, true, is_torch_file, read_tensors},
    {"gguf", "GGUF", Told::by_magic, true, is_gguf,
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_gguf(source.file, source.member, source.threads));
     }},
    {"fasttext", "fastText .bin", Told::by_magic, false, is_fasttext_model,
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_fasttext_model(source.file, source.threads));
     }},
    {"gensim", "gensim .kv and .model", Told::by_magic, false, is_gensim_file,
     [](const Source& source, Embedding& embedding) {
       GensimVectors vectors = read_gensim(source.file);
       take(embedding, std::move(vectors.named));
       embedding.converted = vectors.converted;
       std::ranges::move(vectors.files, std::back_inserter(embedding.files));
     }},
    {"word2vec-binary", "word2vec (binary and text)", Told::by_text, false,
     [](std::string_view start) {
       const auto header = find_word2vec_header(start);
       return header && !word2vec_is_text(start, *header);
     },
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_word2vec_binary(source.file, read_word2vec_header(*source.file), source.threads));
     }},
    {"word2vec-text", "fastText .vec", Told::by_text, false,
     [](std::string_view start) {
       const auto header = find_word2vec_header(start);
       return header && word2vec_is_text(start, *header);
     },
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_word2vec_text(source.file, read_word2vec_header(*source.file), source.threads));
     }},
    {"glove", "GloVe text", Told::by_text, false,
     [](std::string_view start) { return glove_dimensions(start).has_value(); },
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_glove(source.file, *glove_dimensions(source.file->bytes()), source.threads));
     }},
    {"safetensors", "", Told::by_text, true, is_tensor_index,
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_tensor_index(source.file, source.member, source.threads));
     }},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::string readable_formats() {
  std::string list;
  for (const Format& format : kFormats) {
    if (format.readable.empty()) continue;
    list += (list.empty() ? "" : ", ") + std::string(format.readable);
  }
  return list;
}

}  // namespace gramian::host
