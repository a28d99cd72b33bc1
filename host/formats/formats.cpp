#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "host/formats/arrays/npy.hpp"
#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/checkpoints/safetensors_model.hpp"
#include "host/formats/format.hpp"
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
  std::ranges::move(model.files, std::back_inserter(embedding.files));
}

constexpr Format kFormats[] = {
    {"npy", ".npy", Told::by_magic, false, is_npy,
     [](const Source& source, Embedding& embedding) {
       embedding.matrix = read_npy(source.file);
       embedding.converted = embedding.matrix.owner != source.file;
     }},
    {"safetensors", "safetensors", Told::by_magic, true, is_safetensors,
     [](const Source& source, Embedding& embedding) { take(embedding, read_safetensors(source.file, source.member)); }},
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
    {"safetensors", "", Told::by_text, true, is_safetensors_index,
     [](const Source& source, Embedding& embedding) {
       take(embedding, read_safetensors_index(source.file, source.member));
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
