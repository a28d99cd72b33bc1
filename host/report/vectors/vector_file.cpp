#include "host/report/vectors/vector_file.hpp"

#include <algorithm>
#include <filesystem>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/vocabularies/vocabulary_file.hpp"
#include "host/report/vectors/array_files.hpp"
#include "host/report/vectors/word_files.hpp"

namespace gramian::host {
namespace {

using Tokens = VectorFormat::Tokens;

const std::vector<VectorFormat>& all_formats() {
  constexpr auto f64 = ElementType::f64;
  constexpr auto f32 = ElementType::f32;
  constexpr auto f16 = ElementType::f16;
  static const std::vector<VectorFormat> formats = {
      {".safetensors", "safetensors", Tokens::beside, {f32, f16, ElementType::bf16, f64}, make_safetensors_file},
      {".npy", "npy", Tokens::beside, {f32, f16, f64}, make_npy_file},
      {".npz", "npz", Tokens::beside, {f32, f16, f64}, make_npz_file},
      {".vec", "word2vec-text", Tokens::inside, {f32, f64}, make_vec_file},
      {".txt", "glove", Tokens::inside, {f32, f64}, make_glove_file},
      {".bin", "word2vec-binary", Tokens::inside, {f32}, make_word2vec_binary},
      {".tsv", "table", Tokens::metadata, {f32, f64}, make_tsv_file}};
  return formats;
}

}  // namespace

bool VectorFormat::holds(ElementType type) const { return std::ranges::find(types, type) != types.end(); }

std::optional<ElementType> VectorFormat::exact_type(ElementType stored) const {
  if (holds(stored)) return stored;
  switch (stored) {
    case ElementType::f64:
    case ElementType::i32:
    case ElementType::u32:
    case ElementType::i64:
    case ElementType::u64:
      return holds(ElementType::f64) ? std::optional(ElementType::f64) : std::nullopt;
    default:
      return ElementType::f32;
  }
}

std::string vector_endings() {
  std::string list;
  for (const VectorFormat& format : all_formats()) list += (list.empty() ? "" : ", ") + std::string(format.ending);
  return list;
}

const VectorFormat& vector_format_of(const std::string& path) {
  for (const VectorFormat& format : all_formats()) {
    if (path.ends_with(format.ending) && std::filesystem::path(path).filename() != format.ending) return format;
  }
  throw InvalidUsage(printable(path, 4096) + ": its ending names no format that is written; those are " +
                     vector_endings());
}

std::string token_path(const std::string& path, const VectorFormat& format) {
  switch (format.tokens) {
    case Tokens::inside:
      return "";
    case Tokens::metadata:
      return label_path(path);
    default:
      return own_vocabulary_path(path);
  }
}

}  // namespace gramian::host
