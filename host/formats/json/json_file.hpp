#pragma once
// JSON in files from elsewhere, read strictly.

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

namespace gramian::host {

/// Parses all of `text`, which starts at byte `offset` of the file `path`. Throws InvalidInput: malformed text,
/// strings that are not UTF-8, a key repeated within an object, nesting deeper than 64. Takes time in proportion to the
/// text. `cancelled`, where it is not empty, is asked on the way; Interrupted is thrown once it says so.
nlohmann::json parse_json(std::string_view path, std::string_view text, int64_t offset = 0,
                          const std::function<bool()>& cancelled = {});

}  // namespace gramian::host
