#include "host/formats/vocabularies/json_entries.hpp"

#include <simdjson.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <new>

namespace gramian::host {
namespace {

namespace dom = simdjson::dom;

using Entry = std::pair<int64_t, std::string_view>;

/// simdjson reads some bytes past the end. Those behind the end of a mapped file are there, up to the end of its page.
bool may_read_past(std::string_view mapped) {
  const auto page = static_cast<size_t>(std::max(4096L, ::sysconf(_SC_PAGESIZE)));
  const size_t in_last = mapped.size() % page;
  return in_last != 0 && page - in_last >= simdjson::SIMDJSON_PADDING;
}

/// Of objects with few keys.
bool keys_differ(const dom::object& object) {
  constexpr size_t kMost = 64;
  std::vector<std::string_view> keys;
  for (const dom::key_value_pair field : object) {
    if (keys.size() >= kMost || std::ranges::find(keys, field.key) != keys.end()) return false;
    keys.push_back(field.key);
  }
  return true;
}

bool tokens_differ(const std::vector<Entry>& entries) {
  std::vector<uint32_t> table(std::bit_ceil(2 * entries.size() + 1));  // places of entries, from 1
  if (entries.size() >= UINT32_MAX / 4) return false;
  for (uint32_t k = 0; k < entries.size(); ++k) {
    const std::string_view token = entries[k].second;
    size_t at = std::hash<std::string_view>{}(token) & (table.size() - 1);
    while (table[at] != 0) {
      if (entries[table[at] - 1].second == token) return false;
      at = (at + 1) & (table.size() - 1);
    }
    table[at] = k + 1;
  }
  return true;
}

/// {token: row, ...}
bool add_rows(const dom::object& vocabulary, std::vector<Entry>& entries) {
  for (const dom::key_value_pair field : vocabulary) {
    int64_t row = 0;
    if (field.value.get_int64().get(row) != simdjson::SUCCESS || row < 0) return false;
    entries.emplace_back(row, field.key);
  }
  return tokens_differ(entries);
}

/// [[token, score], ...]
bool add_pieces(const dom::array& pieces, std::vector<Entry>& entries) {
  int64_t row = 0;
  for (const dom::element piece : pieces) {
    dom::array pair;
    std::string_view token;
    if (piece.get_array().get(pair) != simdjson::SUCCESS || pair.at(0).get_string().get(token) != simdjson::SUCCESS) {
      return false;
    }
    entries.emplace_back(row++, token);
  }
  return true;
}

/// [{"id": row, "content": token, ...}, ...]
bool add_added(const dom::array& tokens, std::vector<Entry>& entries) {
  for (const dom::element element : tokens) {
    dom::object token;
    int64_t row = 0;
    std::string_view content;
    if (element.get_object().get(token) != simdjson::SUCCESS || !keys_differ(token) ||
        token["id"].get_int64().get(row) != simdjson::SUCCESS || row < 0 ||
        token["content"].get_string().get(content) != simdjson::SUCCESS) {
      return false;
    }
    entries.emplace_back(row, content);
  }
  return true;
}

bool add_all(const dom::object& document, std::vector<Entry>& entries) {
  dom::object model;
  const simdjson::error_code found = document["model"].get_object().get(model);
  if (found == simdjson::NO_SUCH_FIELD) return add_rows(document, entries);
  if (found != simdjson::SUCCESS || !keys_differ(document) || !keys_differ(model)) return false;
  dom::element vocabulary;
  if (model["vocab"].get(vocabulary) != simdjson::SUCCESS) return false;
  const bool added = vocabulary.is_object()  ? add_rows(vocabulary.get_object().value_unsafe(), entries)
                     : vocabulary.is_array() ? add_pieces(vocabulary.get_array().value_unsafe(), entries)
                                             : false;
  dom::element tokens;
  if (!added || document["added_tokens"].get(tokens) == simdjson::NO_SUCH_FIELD) return added;
  return tokens.is_array() && add_added(tokens.get_array().value_unsafe(), entries);
}

}  // namespace

std::optional<JsonEntries> quick_json_entries(std::string_view mapped) {
  constexpr size_t kDeepest = 64;
  const auto parser = std::make_shared<dom::parser>();
  if (parser->allocate(mapped.size(), kDeepest) != simdjson::SUCCESS) return std::nullopt;
  dom::object document;
  const auto parsed = parser->parse(mapped.data(), mapped.size(), !may_read_past(mapped));
  if (parsed.get_object().get(document) != simdjson::SUCCESS) return std::nullopt;
  JsonEntries found{{}, parser};
  if (!add_all(document, found.entries)) return std::nullopt;
  return found;
}

}  // namespace gramian::host
