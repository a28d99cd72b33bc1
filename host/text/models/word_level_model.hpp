#pragma once
// WordLevel: every word is a token, or unknown.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"
#include "host/text/pipeline/token_map.hpp"

namespace gramian::host {

class WordLevelModel final : public WordModel {
 public:
  WordLevelModel(TokenMap tokens, int32_t unknown) : tokens_(std::move(tokens)), unknown_(unknown) {}
  void encode(std::string_view word, std::vector<Piece>& pieces) const override {
    const auto found = tokens_.find(word);
    pieces.push_back({found == tokens_.end() ? unknown_ : found->second, 0, static_cast<uint32_t>(word.size())});
  }

 private:
  TokenMap tokens_;
  int32_t unknown_;
};

}  // namespace gramian::host
