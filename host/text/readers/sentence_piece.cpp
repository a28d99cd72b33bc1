#include "host/text/readers/sentence_piece.hpp"

#include <algorithm>
#include <cfloat>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/narrow.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/text/models/bpe_model.hpp"
#include "host/text/models/unigram_model.hpp"
#include "host/text/models/word_level_model.hpp"
#include "host/text/normalizers/sentence_piece_normalizer.hpp"
#include "host/text/pre_tokenizers/metaspace.hpp"
#include "host/text/readers/sentence_piece_model.hpp"
#include "host/text/unicode/characters.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

using Algorithm = SentencePieceModel::Algorithm;
using Piece = SentencePieceModel::Piece;
using Type = SentencePieceModel::Type;

UnknownPieces unknown_pieces(const SentencePieceModel& model) {
  if (!model.byte_fallback) return UnknownPieces(model.unknown);
  const auto id_of = [&](const std::string& name) -> std::optional<int32_t> {
    for (size_t id = 0; id < model.pieces.size(); ++id) {
      if (model.pieces[id].type == Type::byte && model.pieces[id].text == name) return static_cast<int32_t>(id);
    }
    return std::nullopt;
  };
  return UnknownPieces(model.unknown, ByteTokens::find(id_of), UnknownPieces::ByteRange::last_has_all);
}

std::unique_ptr<WordModel> unigram(const SentencePieceModel& model) {
  constexpr float kPenalty = 10;  // SentencePiece's, like the limits that these begin with
  float least = FLT_MAX;
  float most = FLT_MIN;
  for (const Piece& piece : model.pieces) {
    if (piece.type != Type::normal) continue;
    least = std::min(least, piece.score);
    most = std::max(most, piece.score);
  }
  Viterbi viterbi(
      {.unknown = model.unknown, .unknown_score = static_cast<double>(least - kPenalty), .single_precision = true});
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const Piece& piece = model.pieces[id];
    if (piece.type == Type::normal) viterbi.add(piece.text, static_cast<int32_t>(id), static_cast<double>(piece.score));
    // Symbols that the user has defined have a score that no other way exceeds.
    if (piece.type == Type::user_defined) {
      const float bonus = static_cast<float>(piece.text.size()) * most;
      viterbi.add(piece.text, static_cast<int32_t>(id), static_cast<double>(bonus) - 0.1);
    }
  }
  return std::make_unique<UnigramModel>(std::move(viterbi), unknown_pieces(model));
}

/// The symbols of a model of merges. Symbols with a piece have its id; further ones are characters that stand in
/// pieces, but have none of their own.
struct Symbols {
  explicit Symbols(const SentencePieceModel& model) : count(narrow<int32_t>(std::ssize(model.pieces))) {
    for (int32_t id = 0; id < count; ++id) {
      const Piece& piece = model.pieces[static_cast<size_t>(id)];
      if (piece.type == Type::normal || piece.type == Type::unused) add(piece.text, id);
    }
    for (const Piece& piece : model.pieces) {
      if (piece.type != Type::normal && piece.type != Type::unused) continue;
      for (size_t at = 0; at < piece.text.size(); at += announced_bytes(piece.text, at)) {
        const std::string_view character = piece.text.substr(at, announced_bytes(piece.text, at));
        if (prefixes.longest(character, 0).bytes < character.size()) add(character, count++);
      }
    }
  }
  void add(std::string_view text, int32_t symbol) {
    prefixes.add(text, symbol);
    suffixes.add(std::string(text.rbegin(), text.rend()), symbol);
    if (announced_bytes(text, 0) == text.size()) characters.add(text, symbol);
    bytes.resize(std::max(bytes.size(), static_cast<size_t>(symbol) + 1));
    bytes[static_cast<size_t>(symbol)] = narrow<uint32_t>(text.size());
  }

  int32_t count;
  ByteTrie prefixes;
  ByteTrie suffixes;  // spelled backwards
  ByteTrie characters;
  std::vector<uint32_t> bytes;
};

/// A piece is made of any two symbols that together are spelled as it is; the best score goes first, of equal ones the
/// leftmost.
std::vector<MergeTable::Merge> merges_of(const SentencePieceModel& model, const Symbols& symbols) {
  std::vector<int32_t> best_first;
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const Type type = model.pieces[id].type;
    if (type == Type::normal || type == Type::unused) best_first.push_back(static_cast<int32_t>(id));
  }
  const auto score = [&](int32_t id) { return model.pieces[static_cast<size_t>(id)].score; };
  std::ranges::stable_sort(best_first, [&](int32_t a, int32_t b) { return score(a) > score(b); });
  std::vector<MergeTable::Merge> merges;
  float last = 0;
  for (const int32_t id : best_first) {
    const std::string_view text = model.pieces[static_cast<size_t>(id)].text;
    std::unordered_map<size_t, int32_t> left;  // by its length
    symbols.prefixes.each(text, 0, [&](int32_t symbol, size_t length) { left.emplace(length, symbol); });
    const std::string backwards(text.rbegin(), text.rend());
    symbols.suffixes.each(backwards, 0, [&](int32_t right, size_t length) {
      const auto found = left.find(text.size() - length);
      if (found == left.end()) return;
      merges.push_back({found->second, right, id, !merges.empty() && score(id) == last});
      last = score(id);
    });
  }
  return merges;
}

/// Whether no symbol, merged or not, holds a mark that does not begin it, so that a text may be split before its marks.
bool marks_only_begin(const SentencePieceModel& model) {
  bool mark_known = false;
  for (const Piece& piece : model.pieces) {
    std::string_view rest = piece.text;
    if (piece.type == Type::unused) return false;
    if (!piece.in_texts()) continue;
    mark_known = mark_known || rest == kSentencePieceSpace;
    while (rest.starts_with(kSentencePieceSpace)) rest.remove_prefix(kSentencePieceSpace.size());
    if (rest.find(kSentencePieceSpace) != std::string_view::npos) return false;
  }
  return mark_known;
}

/// Without merges, `merge` being false, it cuts into characters.
std::unique_ptr<WordModel> byte_pairs(const SentencePieceModel& model, bool merge) {
  Symbols symbols(model);
  BpeParts parts;
  parts.tokens = narrow<int32_t>(std::ssize(model.pieces));
  parts.unknown = model.unknown;
  parts.unknown_pieces = unknown_pieces(model);
  if (merge) parts.merges = merges_of(model, symbols);
  for (size_t id = 0; id < model.pieces.size(); ++id) {
    const Piece& piece = model.pieces[id];
    // Symbols that the user has defined are cut out first, and merge with nothing.
    if (piece.type == Type::user_defined) symbols.characters.add(piece.text, static_cast<int32_t>(id));
    if (piece.type != Type::unused || !merge) continue;
    parts.unused.resize(model.pieces.size());
    parts.unused[id] = true;
  }
  if (!parts.unused.empty()) parts.symbol_bytes = std::move(symbols.bytes);
  parts.alphabet.inside = std::move(symbols.characters);
  return std::make_unique<BpeModel>(std::move(parts));
}

/// A word model: every word is a piece or unknown, and neighbours that are unknown are one.
class WordPieces final : public WordModel {
 public:
  explicit WordPieces(const SentencePieceModel& model) : words_({}), unknown_(unknown_pieces(model)) {
    TokenMap tokens;
    for (size_t id = 0; id < model.pieces.size(); ++id) {
      if (model.pieces[id].in_texts()) tokens.emplace(model.pieces[id].text, static_cast<int32_t>(id));
    }
    model_ = std::make_unique<WordLevelModel>(std::move(tokens), model.unknown);
  }
  void encode(std::string_view text, std::vector<Piece>& pieces) const override {
    const size_t first = pieces.size();
    std::vector<PreTokenizer::Word> words;
    words_.split(text, words);
    for (const auto& [begin, end] : words) {
      model_->encode(text.substr(begin, end - begin), pieces);
      pieces.back().begin = static_cast<uint32_t>(begin);
      pieces.back().end = static_cast<uint32_t>(end);
    }
    unknown_.apply(text, first, pieces);
  }

 private:
  Metaspace words_;
  UnknownPieces unknown_;
  std::unique_ptr<WordModel> model_;
};

}  // namespace

bool looks_like_sentence_piece(std::string_view bytes) {
  // Field 1 of the model, of one byte in length; in it field 1, a string.
  constexpr char kFirstField = 0x0a;
  return bytes.size() > 4 && bytes[0] == kFirstField && static_cast<unsigned char>(bytes[1]) < 0x80 &&
         bytes[2] == kFirstField && static_cast<unsigned char>(bytes[3]) + 2 <= static_cast<unsigned char>(bytes[1]);
}

std::unique_ptr<Tokenizer> open_sentence_piece(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  const SentencePieceModel model = read_sentence_piece_model(file->path(), file->bytes());
  auto charsmap = PrecompiledCharsmap::read(model.charsmap);
  if (!charsmap) {
    refuse(file->path(), "is a SentencePiece model whose precompiled charsmap is damaged; download the file again");
  }
  PipelineParts parts;
  parts.kind = "SentencePiece";
  std::vector<std::string_view> user_defined;
  for (const Piece& piece : model.pieces) {
    parts.vocabulary.push_back(piece.text);
    if (piece.type == Type::user_defined) user_defined.push_back(piece.text);
  }
  parts.normalizers.push_back(
      std::make_unique<SentencePieceNormalizer>(std::move(*charsmap), user_defined,
                                                SentencePieceSpaces{.add_mark = model.add_mark,
                                                                    .mark_after_words = model.mark_after_words,
                                                                    .remove_extra = model.remove_extra_spaces,
                                                                    .as_marks = model.spaces_to_marks}));
  switch (model.algorithm) {
    case Algorithm::unigram:
      // Sums in single precision grow coarse with the length of a text, so no part of it may be cut alone.
      parts.model = unigram(model);
      break;
    case Algorithm::bpe:
      if (marks_only_begin(model)) parts.pre_tokenizers.push_back(std::make_unique<MetaspaceRuns>());
      parts.model = byte_pairs(model, true);
      break;
    case Algorithm::word:
      parts.model = std::make_unique<WordPieces>(model);
      break;
    case Algorithm::character:
      parts.model = byte_pairs(model, false);
      break;
  }
  return std::make_unique<Pipeline>(std::move(parts));
}

}  // namespace gramian::host
