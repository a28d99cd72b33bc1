#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "host/formats/arrays/npy.hpp"
#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/checkpoints/safetensors_model.hpp"
#include "host/formats/format.hpp"
#include "host/formats/word_vectors/text_layout.hpp"
#include "host/formats/word_vectors/text_vectors.hpp"
#include "host/formats/word_vectors/word2vec_binary.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {
namespace {

void take(Embedding& embedding, ModelMatrix&& model) {
  embedding.matrix = std::move(model.matrix);
  embedding.tensor = std::move(model.tensor);
  embedding.tensors = std::move(model.tensors);
  std::ranges::move(model.files, std::back_inserter(embedding.files));
}

bool is_word2vec(std::string_view start, bool text) {
  const auto header = find_word2vec_header(start);
  return header && word2vec_is_text(start, *header) == text;
}

constexpr Format kFormats[] = {
    {.name = "npy",
     .readable = ".npy",
     .recognizes = is_npy,
     .read =
         [](const Source& source, Embedding& embedding) {
           embedding.matrix = read_npy(source.file);
           embedding.converted = embedding.matrix.owner != source.file;
         }},
    {.name = "safetensors",
     .readable = "safetensors",
     .members = true,
     .recognizes = is_safetensors,
     .read = [](const Source& source,
                Embedding& embedding) { take(embedding, read_safetensors(source.file, source.member)); }},
    {.name = "word2vec-binary",
     .readable = "word2vec (binary and text)",
     .told = Told::by_text,
     .streamed = true,
     .recognizes = [](std::string_view start) { return is_word2vec(start, false); },
     .read = read_word2vec_binary},
    {.name = "word2vec-text",
     .readable = "fastText .vec",
     .told = Told::by_text,
     .streamed = true,
     .recognizes = [](std::string_view start) { return is_word2vec(start, true); },
     .read = read_word2vec_text},
    {.name = "glove",
     .readable = "GloVe text",
     .told = Told::by_text,
     .streamed = true,
     .recognizes =
         [](std::string_view start) {
           const auto layout = find_text_layout(start);
           return layout && layout->plain();
         },
     .read = read_text_table},
    {.name = "table",
     .readable = "tables (tabs, commas) with and without tokens",
     .told = Told::by_text,
     .streamed = true,
     .recognizes = [](std::string_view start) { return find_text_layout(start).has_value(); },
     .read = read_text_table},
    {.name = "safetensors",
     .told = Told::by_text,
     .members = true,
     .recognizes = is_safetensors_index,
     .read = [](const Source& source,
                Embedding& embedding) { take(embedding, read_safetensors_index(source.file, source.member)); }},
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
