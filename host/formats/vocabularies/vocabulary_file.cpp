#include "host/formats/vocabularies/vocabulary_file.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"

namespace gramian::host {
namespace {

using nlohmann::json;

// Thrown for a file that is intact but not the vocabulary of this matrix.
class DoesNotFit : public InvalidInput {
 public:
  using InvalidInput::InvalidInput;
};

[[noreturn]] void refuse_fit(const std::string& path, const std::string& what) {
  throw DoesNotFit(printable(path, 4096) + ": " + what);
}

bool looks_like_json(std::string_view bytes) {
  const auto skip_spaces = [&] { bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size())); };
  skip_spaces();
  if (!bytes.starts_with('{')) return false;
  bytes.remove_prefix(1);
  skip_spaces();
  return bytes.starts_with('"') || bytes.starts_with('}');
}

using Entry = std::pair<int64_t, std::string>;  // row, token

int64_t token_id(const std::string& path, const std::string& token, const json& id) {
  if (!id.is_number_unsigned() || !std::in_range<int64_t>(id.get<uint64_t>())) {
    refuse_fit(path, "the id of token " + in_quotes(token) +
                         " is no row number; give a vocabulary of the form {token: row, ...}");
  }
  return id.get<int64_t>();
}

void add_object(const std::string& path, const json& object, std::vector<Entry>& entries) {
  for (const auto& [token, id] : object.items()) entries.emplace_back(token_id(path, token, id), token);
}

void add_unigrams(const std::string& path, const json& list, std::vector<Entry>& entries) {
  for (const json& piece : list) {
    if (!piece.is_array() || piece.empty() || !piece[0].is_string()) {
      refuse_fit(path, "entry " + std::to_string(entries.size()) +
                           " of its vocabulary is no [token, score] pair; save the tokenizer again");
    }
    entries.emplace_back(std::ssize(entries), piece[0].get<std::string>());
  }
}

void add_added_tokens(const std::string& path, const json& list, std::vector<Entry>& entries) {
  for (const json& added : list) {
    const bool valid =
        added.is_object() && added.contains("id") && added.contains("content") && added["content"].is_string();
    if (!valid) refuse_fit(path, "an entry of 'added_tokens' lacks its id or content; save the tokenizer again");
    auto token = added["content"].get<std::string>();
    const int64_t id = token_id(path, token, added["id"]);
    entries.emplace_back(id, std::move(token));
  }
}

// Entries in order of their rows.
std::vector<Entry> parse_json_vocabulary(const MappedFile& file) {
  const std::string& path = file.path();
  const json document = parse_json(path, file.bytes());
  std::vector<Entry> entries;
  const auto model = document.find("model");
  if (model != document.end() && model->is_object()) {
    const auto vocab = model->find("vocab");
    if (vocab != model->end() && vocab->is_object()) {
      add_object(path, *vocab, entries);
    } else if (vocab != model->end() && vocab->is_array()) {
      add_unigrams(path, *vocab, entries);
    } else {
      refuse_fit(path, "its 'model' has no 'vocab'; give the tokenizer.json of a Hugging Face fast tokenizer");
    }
    const auto added = document.find("added_tokens");
    if (added != document.end() && added->is_array()) add_added_tokens(path, *added, entries);
  } else {
    add_object(path, document, entries);
  }
  if (entries.empty()) refuse_fit(path, "holds no tokens; give the vocabulary of the matrix");

  // Added tokens may repeat an entry of the model; otherwise a row has one token.
  std::ranges::sort(entries);
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  const auto repeated = std::ranges::adjacent_find(entries, {}, &Entry::first);
  if (repeated != entries.end()) {
    refuse(path, "gives id " + std::to_string(repeated->first) + " to both " + in_quotes(repeated->second) + " and " +
                     in_quotes(std::next(repeated)->second) + "; correct or save the tokenizer again");
  }
  return entries;
}

Vocabulary from_json(const MappedFile& file, const std::string& matrix_path, int64_t rows, int64_t fewest) {
  const std::vector<Entry> entries = parse_json_vocabulary(file);
  const std::string matrix = printable(matrix_path, 4096) + " has " + std::to_string(rows) + " rows";
  if (entries.back().first >= rows) {
    refuse_fit(file.path(), "has ids up to " + std::to_string(entries.back().first) + " (" +
                                std::to_string(entries.size()) + " tokens), but " + matrix +
                                "; give the vocabulary of this matrix with --vocab");
  }
  if (std::ssize(entries) < fewest) {
    refuse_fit(file.path(), "has " + std::to_string(entries.size()) + " tokens, but " + matrix);
  }
  int64_t bytes = 0;
  for (const Entry& entry : entries) bytes += std::ssize(entry.second);
  Vocabulary vocabulary;
  vocabulary.reserve(rows, bytes);
  for (const auto& [row, token] : entries) {
    while (vocabulary.size() < row) vocabulary.push_back_unnamed();
    vocabulary.push_back(token);
  }
  while (vocabulary.size() < rows) vocabulary.push_back_unnamed();
  return vocabulary;
}

Vocabulary from_lines(const MappedFile& file, const std::string& matrix_path, int64_t rows) {
  std::string_view text = file.bytes();
  if (text.starts_with("\xEF\xBB\xBF")) {
    refuse_at_byte(file.path(), 0,
                   "begins with a byte order mark, which would become part of the first token; remove it: "
                   "sed -i '1s/^\\xEF\\xBB\\xBF//' FILE");
  }
  const int64_t newlines = std::ranges::count(text, '\n');
  const int64_t lines = newlines + (text.ends_with('\n') ? 0 : 1);
  if (lines != rows) {
    refuse_fit(file.path(), "has " + std::to_string(lines) + " tokens (one a line), but " +
                                printable(matrix_path, 4096) + " has " + std::to_string(rows) +
                                " rows; give the vocabulary of this matrix with --vocab");
  }
  bool windows = newlines > 0;
  for (size_t at = text.find('\n'); windows && at != std::string_view::npos; at = text.find('\n', at + 1)) {
    windows = at > 0 && text[at - 1] == '\r';
  }
  Vocabulary vocabulary;
  vocabulary.reserve(rows, std::ssize(text));
  while (!text.empty()) {
    const size_t newline = std::min(text.find('\n'), text.size());
    std::string_view token = text.substr(0, newline);
    if (windows && token.ends_with('\r')) token.remove_suffix(1);
    vocabulary.push_back(token);
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
  return vocabulary;
}

// `fewest`: how many tokens JSON must have at least.
Vocabulary read(const std::filesystem::path& path, const std::string& matrix_path, int64_t rows, int64_t fewest) {
  const auto file = MappedFile::open(path);
  return looks_like_json(file->bytes()) ? from_json(*file, matrix_path, rows, fewest)
                                        : from_lines(*file, matrix_path, rows);
}

// "dir/x" for dir/x.npy and dir/x.safetensors.index.json.
std::filesystem::path without_extension(const std::filesystem::path& path) {
  constexpr std::string_view kIndex = ".safetensors.index.json";
  const std::string name = path.filename().string();
  if (name.ends_with(kIndex)) return path.parent_path() / name.substr(0, name.size() - kIndex.size());
  return path.parent_path() / path.stem();
}

}  // namespace

Vocabulary read_vocabulary(const std::filesystem::path& path, const std::string& matrix_path, int64_t rows) {
  return read(path, matrix_path, rows, 0);
}

std::optional<FoundVocabulary> find_vocabulary(const std::string& matrix_path, int64_t rows) {
  const auto exists = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
  };
  std::filesystem::path own = without_extension(matrix_path);
  own += ".vocab.txt";
  if (exists(own)) return FoundVocabulary{read_vocabulary(own, matrix_path, rows), own.string()};

  const auto directory = std::filesystem::path(matrix_path).parent_path();
  for (const char* name : {"tokenizer.json", "vocab.json", "encoder.json", "vocab.txt"}) {
    const auto path = directory / name;
    if (!exists(path)) continue;
    try {
      return FoundVocabulary{read(path, matrix_path, rows, (rows + 1) / 2), path.string()};
    } catch (const DoesNotFit&) {
      // Another matrix's vocabulary, most likely; the next name may fit.
    }
  }
  return std::nullopt;
}

}  // namespace gramian::host
