#include "host/text/models/wordpiece_model.hpp"

#include <algorithm>

#include "engine/narrow.hpp"
#include "host/text/unicode.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {

WordpieceModel::WordpieceModel(const Vocabulary& vocabulary, const WordpieceSettings& settings) : settings_(settings) {
  for (int64_t id = 0; id < vocabulary.size(); ++id) {
    if (!vocabulary.named(id)) continue;
    const std::string_view token = vocabulary[id];
    first_.insert_or_assign(std::string(token), narrow<int32_t>(id));
    if (token.starts_with(settings.continuation)) {
      following_.insert_or_assign(std::string(token.substr(settings.continuation.size())), narrow<int32_t>(id));
    }
    longest_token_ = std::max(longest_token_, token.size());
  }
}

void WordpieceModel::encode(std::string_view word, std::vector<Piece>& pieces) const {
  const size_t before = pieces.size();
  const auto give_up = [&] {
    pieces.resize(before);
    pieces.push_back({settings_.unknown, 0, static_cast<uint32_t>(word.size())});
  };
  if (code_points(word) > settings_.longest_word) {
    give_up();
    return;
  }
  for (size_t begin = 0; begin < word.size();) {
    const TokenMap& tokens = begin == 0 ? first_ : following_;
    size_t end = std::min(word.size(), begin + longest_token_);
    while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80) --end;
    TokenMap::const_iterator found = tokens.end();
    while (end > begin) {
      found = tokens.find(word.substr(begin, end - begin));
      if (found != tokens.end()) break;
      end = code_point_before(word, end);
    }
    if (found == tokens.end()) {
      give_up();
      return;
    }
    pieces.push_back({found->second, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    begin = end;
  }
}

}  // namespace gramian::host
