#pragma once
// What of a JSON file is a vocabulary, by simdjson: tokenizer.json is megabytes, of which most are merges.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gramian::host {

struct JsonEntries {
  std::vector<std::pair<int64_t, std::string_view>> entries;  // row, token; in the order of the file
  std::shared_ptr<const void> owner;                          // keeps the tokens alive
};

/// The entries of `mapped`, the bytes of a mapped file, where they are as regular as any tokenizer writes them; nothing
/// where anything at all is not, so that a reader that can say what it is has to look. May throw std::bad_alloc.
std::optional<JsonEntries> quick_json_entries(std::string_view mapped);

}  // namespace gramian::host
