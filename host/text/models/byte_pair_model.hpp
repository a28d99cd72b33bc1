#pragma once
// Byte-pair encoding of the bytes of a word.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/models/merge_table.hpp"
#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

/// Every byte is a symbol at first; then symbols are merged.
class BytePairModel final : public WordModel {
 public:
  /// `vocabulary` spells bytes by their stand-ins (byte_level.hpp). `whole_words`: a word that is a token is that
  /// token, whatever the merges. Bytes without a token of their own become `unknown`.
  BytePairModel(const Vocabulary& vocabulary, const std::vector<MergeTable::Merge>& merges, bool whole_words,
                int32_t unknown);

  void encode(std::string_view word, std::vector<Piece>& pieces) const override;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
  };
  std::array<int32_t, 256> byte_ids_{};  // MergeTable::kNoMerge where there is none
  MergeTable merges_;
  int32_t unknown_;
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> whole_words_;
};

}  // namespace gramian::host
