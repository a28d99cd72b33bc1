#pragma once
// Lists of tokens with their ids, as the files of tokenizers have them.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/vocabulary.hpp"

namespace gramian::host {

using TokenEntry = std::pair<int64_t, std::string>;  // id, token

/// {"token": id, ...}. Throws InvalidInput, naming `path`: no such object, ids that are none.
std::vector<TokenEntry> token_entries(std::string_view path, const nlohmann::json& object);
/// The id that `value` is. Throws InvalidInput, naming `path` and `token`.
int64_t token_id(std::string_view path, std::string_view token, const nlohmann::json& value);

/// Token i is the one with id i; ids that are missing are unnamed. Its index has been built.
/// Throws InvalidInput, naming `path`: no tokens, an id of two tokens, ids that are far beyond the number of tokens.
Vocabulary token_list(std::string_view path, std::vector<TokenEntry> entries);

}  // namespace gramian::host
