#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "host/formats/arrays/npy.hpp"
#include "host/formats/arrays/npz.hpp"
#include "host/formats/checkpoints/gguf_file.hpp"
#include "host/formats/checkpoints/gguf_model.hpp"
#include "host/formats/checkpoints/safetensors.hpp"
#include "host/formats/checkpoints/tensor_file.hpp"
#include "host/formats/checkpoints/torch_file.hpp"
#include "host/formats/format.hpp"
#include "host/formats/hdf5/hdf5_matrix.hpp"
#include "host/formats/word_vectors/fasttext_model.hpp"
#include "host/formats/word_vectors/gensim_model.hpp"
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
           embedding.matrix = read_npy({source.file->path(), source.file->bytes(), source.file, source.options.pairs});
           embedding.converted = embedding.matrix.owner != source.file;
         }},
    {.name = "npz", .readable = ".npz", .members = true, .recognizes = is_npz, .read = read_npz},
    {.name = "safetensors",
     .readable = "safetensors",
     .members = true,
     .recognizes = is_safetensors,
     .read = read_tensors},
    {.name = "pytorch",
     .readable = "PyTorch checkpoints",
     .members = true,
     .recognizes = is_torch_file,
     .read = read_tensors},
    {.name = "gguf",
     .readable = "GGUF",
     .members = true,
     .recognizes = is_gguf,
     .read = [](const Source& source,
                Embedding& embedding) { take(embedding, read_gguf(source.file, source.member, source.threads)); }},
    {.name = "hdf5", .readable = "HDF5", .members = true, .recognizes = is_hdf5, .read = read_hdf5},
    {.name = "fasttext", .readable = "fastText .bin", .recognizes = is_fasttext_model, .read = read_fasttext_model},
    {.name = "gensim", .readable = "gensim .kv and .model", .recognizes = is_gensim_file, .read = read_gensim},
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
     .recognizes = is_tensor_index,
     .read =
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
