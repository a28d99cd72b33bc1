#include "host/text/sentencepiece/sentence_piece_pairs.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "engine/narrow.hpp"
#include "host/text/unicode/code_point.hpp"

namespace gramian::host {
namespace {

using Type = SentencePieceParts::Type;

bool understood(const SentencePieceParts& parts) {
  constexpr size_t kLongest = 256;  // every way to halve a piece is looked up, which a damaged one must not make hours
  std::unordered_set<std::string_view> in_text;
  for (const auto& piece : parts.pieces) {
    if (piece.type == Type::unused || std::isnan(piece.score)) return false;
    if (piece.type == Type::normal && piece.text.size() > kLongest) return false;
    if (piece.found_in_text()) in_text.insert(piece.text);
  }
  // The library takes the name for the piece.
  return std::ranges::none_of(parts.pieces, [&](const SentencePieceParts::Piece& piece) {
    return !piece.found_in_text() &&
           (announced_bytes(piece.text, 0) == piece.text.size() || in_text.contains(piece.text));
  });
}

}  // namespace

std::unique_ptr<SentencePiecePairs> SentencePiecePairs::of(const SentencePieceParts& parts, int32_t unknown) {
  if (!understood(parts)) return nullptr;
  return std::unique_ptr<SentencePiecePairs>(new SentencePiecePairs(parts, unknown));
}

SentencePiecePairs::SentencePiecePairs(const SentencePieceParts& parts, int32_t unknown)
    : size_(narrow<int32_t>(parts.pieces.size())), unknown_(unknown), merges_(learn(parts)) {
  for (unsigned c = 0; c < ascii_.size(); ++c) {
    const char byte = static_cast<char>(c);
    ascii_[c] = characters_.longest({&byte, 1}, 0).value;
  }
}

std::vector<MergeTable::Merge> SentencePiecePairs::learn(const SentencePieceParts& parts) {
  std::unordered_map<std::string_view, int32_t> symbols;
  std::vector<int32_t> best_first;
  for (int32_t id = 0; id < size_; ++id) {
    const auto& piece = parts.pieces[static_cast<size_t>(id)];
    if (piece.type == Type::normal) {
      symbols.emplace(piece.text, id);
      best_first.push_back(id);
    } else if (piece.type == Type::user_defined) {
      user_defined_.add(piece.text, id);
      any_user_defined_ = true;
    }
  }
  const auto score = [&](int32_t id) { return parts.pieces[static_cast<size_t>(id)].score; };
  std::ranges::stable_sort(best_first, [&](int32_t a, int32_t b) { return score(a) > score(b); });

  std::vector<MergeTable::Merge> merges;
  std::vector<std::pair<int32_t, int32_t>> neighbours;
  int32_t next = size_;
  float last = 0;
  for (const int32_t id : best_first) {
    const std::string_view text = parts.pieces[static_cast<size_t>(id)].text;
    int32_t before = MergeTable::kNoMerge;
    for (size_t at = 0; at < text.size();) {
      const size_t bytes = announced_bytes(text, at);
      const auto [known, added] = symbols.try_emplace(text.substr(at, bytes), next);
      next += added ? 1 : 0;
      characters_.add(known->first, known->second);
      if (at > 0) neighbours.emplace_back(before, known->second);
      before = known->second;
      at += bytes;
    }
    for (size_t at = announced_bytes(text, 0); at < text.size(); at += announced_bytes(text, at)) {
      const auto left = symbols.find(text.substr(0, at));
      const auto right = symbols.find(text.substr(at));
      if (left == symbols.end() || right == symbols.end()) continue;
      // Of equal scores the leftmost pair goes first.
      merges.push_back({left->second, right->second, id, !merges.empty() && score(id) == last});
      last = score(id);
    }
  }
  const size_t bits = std::bit_ceil(std::max<size_t>(16 * neighbours.size(), 64));
  joints_.resize(bits / 64);
  joints_shift_ = 64 - std::countr_zero(bits);
  for (const auto& [left, right] : neighbours) {
    const uint64_t bit = mix(left, right) >> joints_shift_;
    joints_[bit / 64] |= uint64_t{1} << bit % 64;
  }
  return merges;
}

SentencePiecePairs::Start SentencePiecePairs::start(std::string_view text, size_t at) const {
  if (any_user_defined_) {
    const ByteTrie::Longest whole = user_defined_.longest(text, at);
    if (whole.bytes > 0) return {whole.value, whole.bytes};
  }
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < ascii_.size()) return {ascii_[lead], 1};
  const size_t bytes = announced_bytes(text, at);
  const ByteTrie::Longest found = characters_.longest(text.substr(at, bytes), 0);
  return {found.bytes == bytes ? found.value : MergeTable::kNoMerge, bytes};
}

bool SentencePiecePairs::may_join(int32_t left, int32_t right) const {
  const uint64_t bit = mix(left, right) >> joints_shift_;
  return (joints_[bit / 64] >> bit % 64 & 1) != 0;
}

/// Stretches of a text that nothing joins with their neighbours. One that was there before is cut as it was then.
class SentencePiecePairs::Stretches {
 public:
  Stretches(const SentencePiecePairs& model, std::string_view text, std::vector<Piece>& pieces)
      : model_(model), text_(text), pieces_(pieces) {}

  void add(size_t begin, size_t end, std::vector<MergeTable::Symbol>& symbols) {
    constexpr size_t kLongest = 64;  // a longer one hardly comes twice
    if (symbols.size() == 1 || end - begin > kLongest) {
      cut(begin, symbols);
      return;
    }
    const std::string_view stretch = text_.substr(begin, end - begin);
    Known& known = known_[std::hash<std::string_view>{}(stretch) % known_.size()];
    if (text_.substr(known.begin, known.bytes) != stretch) {
      known = {static_cast<uint32_t>(begin), static_cast<uint32_t>(stretch.size()), pieces_.size(), 0};
      cut(begin, symbols);
      known.count = pieces_.size() - known.first;
      return;
    }
    const auto further = static_cast<uint32_t>(begin) - known.begin;
    for (size_t i = 0; i < known.count; ++i) {
      const Piece then = pieces_[known.first + i];
      pieces_.push_back({then.id, then.begin + further, then.end + further});
    }
  }

 private:
  struct Known {
    uint32_t begin = 0, bytes = 0;
    size_t first = 0, count = 0;  // of its pieces
  };
  void cut(size_t begin, std::vector<MergeTable::Symbol>& symbols) {
    model_.merges_.apply(symbols);
    auto at = static_cast<uint32_t>(begin);
    for (const MergeTable::Symbol& symbol : symbols) {
      const bool known = symbol.id != MergeTable::kNoMerge && symbol.id < model_.size_;
      pieces_.push_back({known ? symbol.id : model_.unknown_, at, at + symbol.bytes});
      at += symbol.bytes;
    }
  }

  const SentencePiecePairs& model_;
  std::string_view text_;
  std::vector<Piece>& pieces_;
  std::vector<Known> known_ = std::vector<Known>(1 << 14);  // a newer one takes the place of an older
};

void SentencePiecePairs::encode(std::string_view text, std::vector<Piece>& pieces) const {
  Stretches stretches(*this, text, pieces);
  std::vector<MergeTable::Symbol> symbols;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const Start now = start(text, at);
    if (!symbols.empty() && !may_join(symbols.back().id, now.symbol)) {
      stretches.add(begin, at, symbols);
      symbols.clear();
      begin = at;
    }
    symbols.push_back({now.symbol, static_cast<uint32_t>(now.bytes)});
    at += now.bytes;
  }
  if (!symbols.empty()) stretches.add(begin, text.size(), symbols);
}

}  // namespace gramian::host
