#include "host/formats/vocabularies/json_vocabulary.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"

namespace gramian::host {
namespace {

using nlohmann::json;

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

}  // namespace

bool is_json_object(std::string_view start) {
  const auto skip_spaces = [&] { start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size())); };
  skip_spaces();
  if (!start.starts_with('{')) return false;
  start.remove_prefix(1);
  skip_spaces();
  return start.starts_with('"') || start.starts_with('}');
}

Vocabulary read_json_vocabulary(const MappedFile& file, const NamedFor& matrix, int64_t fewest) {
  const std::vector<Entry> entries = parse_json_vocabulary(file);
  const int64_t rows = matrix.rows;
  if (const int64_t last = entries.back().first; last >= rows) {
    refuse_count(file.path(),
                 "has ids up to " + std::to_string(last) + " (" + std::to_string(entries.size()) + " tokens)",
                 std::max(std::ssize(entries), last + 1), matrix);
  }
  if (std::ssize(entries) < fewest) {
    refuse_count(file.path(), "has " + std::to_string(entries.size()) + " tokens", std::ssize(entries), matrix);
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

}  // namespace gramian::host
