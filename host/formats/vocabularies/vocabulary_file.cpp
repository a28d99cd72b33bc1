#include "host/formats/vocabularies/vocabulary_file.hpp"

#include <string_view>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/vocabularies/json_vocabulary.hpp"
#include "host/formats/vocabularies/line_vocabulary.hpp"

namespace gramian::host {
namespace {

// `fewest`: how many tokens JSON must have at least.
FoundVocabulary read(const std::filesystem::path& path, const NamedFor& matrix, int64_t fewest) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw InvalidUsage(printable(path.string(), 4096) +
                       ": is a directory; give the vocabulary inside it, e.g. its tokenizer.json or vocab.txt");
  }
  const auto file = MappedFile::open(path);
  FoundVocabulary found;
  found.path = path.string();
  found.vocabulary = is_json_object(file->bytes()) ? read_json_vocabulary(*file, matrix, fewest)
                                                   : read_line_vocabulary(*file, matrix, found.notes);
  return found;
}

// "dir/x" for dir/x.npy and dir/x.safetensors.index.json.
std::filesystem::path without_extension(const std::filesystem::path& path) {
  constexpr std::string_view kIndex = ".safetensors.index.json";
  const std::string name = path.filename().string();
  if (name.ends_with(kIndex)) return path.parent_path() / name.substr(0, name.size() - kIndex.size());
  return path.parent_path() / path.stem();
}

// Of files of labels, for the table `own`.
std::vector<std::string> label_names(const std::string& own) {
  std::vector<std::string> names;
  constexpr std::pair<std::string_view, std::string_view> kReplaced[] = {
      {"vectors", "metadata"}, {"tensor", "metadata"}, {"vecs", "meta"}};
  for (const auto& [vectors, labels] : kReplaced) {
    const size_t at = own.rfind(vectors);
    if (at == std::string::npos) continue;
    names.push_back(own);
    names.back().replace(at, vectors.size(), labels);
  }
  names.push_back(std::filesystem::path(own).stem().string() + "_metadata.tsv");
  names.insert(names.end(), {"metadata.tsv", "meta.tsv"});
  return names;
}

std::vector<std::string> names_beside(const NamedFor& matrix) {
  std::vector<std::string> names;
  if (matrix.table) names = label_names(std::filesystem::path(matrix.path).filename().string());
  names.insert(names.end(), {"tokenizer.json", "vocab.json", "encoder.json", "vocab.txt"});
  return names;
}

}  // namespace

std::string own_vocabulary_path(const std::filesystem::path& matrix) {
  return without_extension(matrix).string() + ".vocab.txt";
}

std::string label_path(const std::filesystem::path& table) {
  return (table.parent_path() / label_names(table.filename().string()).front()).string();
}

FoundVocabulary read_vocabulary(const std::filesystem::path& path, const NamedFor& matrix) {
  return read(path, matrix, 0);
}

std::optional<FoundVocabulary> find_vocabulary(const NamedFor& matrix) {
  const std::filesystem::path own = own_vocabulary_path(matrix.path);
  std::error_code ignored;
  // Whatever bears this name was meant: a folder, a pipe, a link to nowhere are refused as such.
  if (std::filesystem::symlink_status(own, ignored).type() != std::filesystem::file_type::not_found) {
    return read_vocabulary(own, matrix);
  }
  const auto directory = std::filesystem::path(matrix.path).parent_path();
  for (const std::string& name : names_beside(matrix)) {
    const auto path = directory / name;
    if (!std::filesystem::is_regular_file(path, ignored)) continue;
    try {
      return read(path, matrix, (matrix.rows + 1) / 2);
    } catch (const DoesNotFit&) {
      // Another matrix's vocabulary, most likely; the next name may fit.
    }
  }
  return std::nullopt;
}

}  // namespace gramian::host
