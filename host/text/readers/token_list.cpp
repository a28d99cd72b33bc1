#include "host/text/readers/token_list.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "host/formats/files/message.hpp"

namespace gramian::host {

int64_t token_id(std::string_view path, std::string_view token, const nlohmann::json& value) {
  constexpr uint64_t kLargest = INT32_MAX;
  if (!value.is_number_unsigned() || value.get<uint64_t>() > kLargest) {
    refuse(path, "the id of token " + in_quotes(token) + " is none; save the tokenizer again");
  }
  return value.get<int64_t>();
}

std::vector<TokenEntry> token_entries(std::string_view path, const nlohmann::json& object) {
  if (!object.is_object()) refuse(path, "its vocabulary is not of the form {token: id, ...}; save the tokenizer again");
  std::vector<TokenEntry> entries;
  entries.reserve(object.size());
  for (const auto& [token, id] : object.items()) entries.emplace_back(token_id(path, token, id), token);
  return entries;
}

Vocabulary token_list(std::string_view path, std::vector<TokenEntry> entries) {
  if (entries.empty()) refuse(path, "holds no tokens; give the tokenizer of the matrix");
  std::ranges::sort(entries);
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  const auto repeated = std::ranges::adjacent_find(entries, {}, &TokenEntry::first);
  if (repeated != entries.end()) {
    refuse(path, "gives id " + std::to_string(repeated->first) + " to both " + in_quotes(repeated->second) + " and " +
                     in_quotes(std::next(repeated)->second) + "; save the tokenizer again");
  }
  // Padding leaves gaps, but a damaged id must not become an allocation.
  const int64_t largest = 2 * std::ssize(entries) + 100'000;
  if (entries.back().first > largest) {
    refuse(path, "token " + in_quotes(entries.back().second) + " has id " + std::to_string(entries.back().first) +
                     ", far beyond its " + std::to_string(entries.size()) + " tokens; save the tokenizer again");
  }
  int64_t bytes = 0;
  for (const TokenEntry& entry : entries) bytes += std::ssize(entry.second);
  Vocabulary vocabulary;
  vocabulary.reserve(entries.back().first + 1, bytes);
  for (const TokenEntry& entry : entries) {
    while (vocabulary.size() < entry.first) vocabulary.push_back_unnamed();
    vocabulary.push_back(entry.second);
  }
  vocabulary.find("");  // from now on it may be asked from several threads
  return vocabulary;
}

}  // namespace gramian::host
