#include "host/text/models/byte_pair_model.hpp"

#include <functional>

#include "engine/narrow.hpp"
#include "host/text/pipeline/byte_level.hpp"
#include "host/text/unicode/code_point.hpp"

namespace gramian::host {

BytePairModel::BytePairModel(const Vocabulary& vocabulary, const std::vector<MergeTable::Merge>& merges,
                             bool whole_words, int32_t unknown)
    : merges_(merges), unknown_(unknown) {
  for (unsigned byte = 0; byte < byte_ids_.size(); ++byte) {
    std::string symbol;
    append_utf8(symbol, byte_stand_in(static_cast<unsigned char>(byte)));
    byte_ids_[byte] = narrow<int32_t>(vocabulary.find(symbol).value_or(MergeTable::kNoMerge));
  }
  for (int64_t id = 0; whole_words && id < vocabulary.size(); ++id) {
    const auto bytes = from_byte_level(vocabulary[id]);
    if (bytes && !bytes->empty()) whole_words_.try_emplace(*bytes, narrow<int32_t>(id));
  }
}

void BytePairModel::encode(std::string_view word, std::vector<Piece>& pieces) const {
  if (const auto whole = whole_words_.find(word); whole != whole_words_.end()) {
    pieces.push_back({whole->second, 0, static_cast<uint32_t>(word.size())});
    return;
  }
  thread_local std::vector<MergeTable::Symbol> symbols;
  symbols.clear();
  for (const char c : word) symbols.push_back({byte_ids_[static_cast<unsigned char>(c)], 1});
  merges_.apply(symbols);
  uint32_t begin = 0;
  for (const MergeTable::Symbol& symbol : symbols) {
    pieces.push_back({symbol.id == MergeTable::kNoMerge ? unknown_ : symbol.id, begin, begin + symbol.bytes});
    begin += symbol.bytes;
  }
}

}  // namespace gramian::host
