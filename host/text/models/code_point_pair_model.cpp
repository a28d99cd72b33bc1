#include "host/text/models/code_point_pair_model.hpp"

#include "engine/narrow.hpp"
#include "host/text/unicode.hpp"
#include "host/text/unicode/code_point.hpp"

namespace gramian::host {

ByteTokens::ByteTokens(const Vocabulary& vocabulary) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (size_t byte = 0; byte < ids_.size(); ++byte) {
    const auto id = vocabulary.find(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");
    complete_ = complete_ && id;
    ids_[byte] = narrow<int32_t>(id.value_or(TextToken::kUnknown));
  }
}

CodePointPairModel::CodePointPairModel(const Vocabulary& vocabulary, const std::vector<MergeTable::Merge>& merges,
                                       const CodePointPairSettings& settings)
    : bytes_(vocabulary), merges_(merges), settings_(settings) {
  for (int64_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary[id];
    if (token.empty()) continue;
    if (utf8_sequence(token) == token.size()) symbols_[code_point_at(token, 0).value] = narrow<int32_t>(id);
    if (settings.whole_words) whole_words_.insert_or_assign(std::string(token), narrow<int32_t>(id));
  }
}

void CodePointPairModel::encode(std::string_view word, std::vector<Piece>& pieces) const {
  if (const auto whole = whole_words_.find(word); whole != whole_words_.end()) {
    pieces.push_back({whole->second, 0, static_cast<uint32_t>(word.size())});
    return;
  }
  std::vector<MergeTable::Symbol> symbols;
  bool after_unknown = false;
  for (size_t at = 0; at < word.size();) {
    const CodePoint code = code_point_at(word, at);
    const auto bytes = static_cast<uint32_t>(code.bytes);
    const auto known = symbols_.find(code.value);
    const bool as_bytes = known == symbols_.end() && settings_.byte_fallback && bytes_.complete();
    if (known != symbols_.end()) {
      symbols.push_back({known->second, bytes});
    } else if (as_bytes) {
      for (size_t i = 0; i < code.bytes; ++i) symbols.push_back({bytes_.id(word[at + i]), 1});
    } else if (after_unknown && settings_.fuse_unknown) {
      symbols.back().bytes += bytes;
    } else {
      symbols.push_back({settings_.unknown, bytes});
    }
    after_unknown = known == symbols_.end() && !as_bytes;
    at += code.bytes;
  }
  merges_.apply(symbols);
  uint32_t begin = 0;
  for (const MergeTable::Symbol& symbol : symbols) {
    pieces.push_back({symbol.id, begin, begin + symbol.bytes});
    begin += symbol.bytes;
  }
}

}  // namespace gramian::host
