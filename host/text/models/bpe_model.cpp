#include "host/text/models/bpe_model.hpp"

#include <string>

#include "engine/narrow.hpp"
#include "host/text/pipeline/byte_alphabet.hpp"
#include "host/text/unicode.hpp"
#include "host/text/unicode/characters.hpp"

namespace gramian::host {

BpeParts::Alphabet bpe_alphabet(const Vocabulary& vocabulary, bool byte_level, std::string_view prefix,
                                std::string_view suffix) {
  const auto table = [&](std::string_view before, std::string_view after) {
    ByteTrie characters;
    for (int64_t id = 0; id < vocabulary.size(); ++id) {
      std::string_view token = vocabulary[id];
      if (token.size() <= before.size() + after.size() || !token.starts_with(before) || !token.ends_with(after)) {
        continue;
      }
      token.remove_prefix(before.size());
      token.remove_suffix(after.size());
      if (utf8_sequence(token) != token.size()) continue;
      const auto byte = byte_level ? from_byte_level(token) : std::string(token);
      if (byte) characters.add(*byte, narrow<int32_t>(id));
    }
    return characters;
  };
  BpeParts::Alphabet alphabet{.inside = table({}, {})};
  if (!prefix.empty()) alphabet.continuing = table(prefix, {});
  if (!suffix.empty()) alphabet.last = table({}, suffix);
  if (!prefix.empty() && !suffix.empty()) alphabet.continuing_and_last = table(prefix, suffix);
  return alphabet;
}

const ByteTrie& BpeModel::alphabet(bool continuing, bool last) const {
  const BpeParts::Alphabet& all = parts_.alphabet;
  if (continuing && last && all.continuing_and_last) return *all.continuing_and_last;
  if (continuing && all.continuing) return *all.continuing;
  if (last && all.last) return *all.last;
  return all.inside;
}

std::vector<MergeTable::Symbol> BpeModel::symbols(std::string_view word) const {
  std::vector<MergeTable::Symbol> symbols;
  symbols.reserve(word.size());
  bool after_unknown = false;
  for (size_t at = 0; at < word.size();) {
    const size_t character = parts_.byte_level ? 1 : announced_bytes(word, at);
    const ByteTrie::Longest found = alphabet(at > 0, at + character == word.size()).longest(word, at);
    if (found.bytes > 0) {
      symbols.push_back({found.value, static_cast<uint32_t>(found.bytes)});
    } else if (parts_.bytes) {
      for (size_t i = 0; i < character; ++i) symbols.push_back({parts_.bytes->id(word[at + i]), 1});
    } else if (after_unknown && parts_.fuse_unknown) {
      symbols.back().bytes += static_cast<uint32_t>(character);
    } else {
      symbols.push_back({parts_.unknown, static_cast<uint32_t>(character)});
    }
    after_unknown = found.bytes == 0 && !parts_.bytes;
    at += found.bytes > 0 ? found.bytes : character;
  }
  return symbols;
}

void BpeModel::encode(std::string_view word, std::vector<Piece>& pieces) const {
  if (const auto whole = parts_.whole_words.find(word); whole != parts_.whole_words.end()) {
    pieces.push_back({whole->second, 0, static_cast<uint32_t>(word.size())});
    return;
  }
  const size_t first = pieces.size();
  std::vector<MergeTable::Symbol> merged = symbols(word);
  MergeTable::Made made;
  merges_.apply(merged, parts_.unused.empty() ? nullptr : &made);
  uint32_t begin = 0;
  for (const MergeTable::Symbol& symbol : merged) {
    if (parts_.unused.empty()) {
      const int32_t id = symbol.id < parts_.tokens ? symbol.id : parts_.unknown;
      pieces.push_back({id, begin, begin + symbol.bytes});
    } else {
      append(symbol, begin, made, pieces);
    }
    begin += symbol.bytes;
  }
  if (parts_.unknown_pieces) parts_.unknown_pieces->apply(word, first, pieces);
}

void BpeModel::append(MergeTable::Symbol symbol, uint32_t begin, const MergeTable::Made& made,
                      std::vector<Piece>& pieces) const {
  std::vector<MergeTable::Symbol> pending = {symbol};  // the next one last
  while (!pending.empty()) {
    const MergeTable::Symbol now = pending.back();
    pending.pop_back();
    const bool token = now.id >= 0 && now.id < parts_.tokens;
    const auto parts = token && parts_.unused[static_cast<size_t>(now.id)] ? made.find(now.id) : made.end();
    if (parts != made.end()) {
      const auto [left, right] = parts->second;
      const uint32_t bytes = parts_.symbol_bytes[static_cast<size_t>(left)];
      pending.push_back({right, now.bytes - bytes});
      pending.push_back({left, bytes});
      continue;
    }
    pieces.push_back({token ? now.id : parts_.unknown, begin, begin + now.bytes});
    begin += now.bytes;
  }
}

}  // namespace gramian::host
