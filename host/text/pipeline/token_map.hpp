#pragma once
// Maps from tokens to ids, asked by views of a text.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gramian::host {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view string) const { return std::hash<std::string_view>{}(string); }
};

template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;
using TokenMap = StringMap<int32_t>;

}  // namespace gramian::host
