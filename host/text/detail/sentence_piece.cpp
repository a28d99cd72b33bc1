#include "host/text/detail/sentence_piece.hpp"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/narrow.hpp"
#include "host/formats/mapped_file.hpp"
#include "host/formats/message.hpp"
#include "host/text/detail/edited_text.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

/// "trainer_spec"."model_type" of a model, as Protocol Buffers write it; 1 (unigram) where it is not said.
uint64_t model_type(std::string_view bytes) {
  constexpr uint64_t kTrainerSpec = 2 << 3 | 2;
  constexpr uint64_t kModelType = 3 << 3 | 0;
  const auto varint = [](std::string_view& rest) {
    uint64_t value = 0;
    for (int shift = 0; !rest.empty() && shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(rest[0]);
      rest.remove_prefix(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (!bytes.empty()) {
    const uint64_t tag = varint(bytes);
    if (tag == kModelType) return varint(bytes);
    switch (tag & 7) {
      case 0:
        varint(bytes);
        break;
      case 2: {
        const uint64_t said = varint(bytes);
        const size_t size = std::min<uint64_t>(said, bytes.size());
        if (tag == kTrainerSpec) {
          bytes = bytes.substr(0, size);
        } else {
          bytes.remove_prefix(size);
        }
        break;
      }
      default:
        bytes.remove_prefix(std::min<size_t>((tag & 7) == 1 ? 8 : 4, bytes.size()));
    }
  }
  return 1;
}

class SentencePiece final : public Tokenizer {
 public:
  explicit SentencePiece(const MappedFile& file) {
    const auto status = processor_.LoadFromSerializedProto(file.bytes());
    if (!status.ok()) {
      refuse(file.path(), "is no model that SentencePiece understands (" + printable(status.error_message(), 200) +
                              "); download the file again");
    }
    if (processor_.GetPieceSize() <= 0) refuse(file.path(), "is a SentencePiece model without pieces");
    constexpr uint64_t kBpe = 2;
    if (model_type(file.bytes()) == kBpe && marks_only_begin()) cut_ = how_to_cut();
  }

  std::string kind() const override { return "SentencePiece"; }
  int64_t size() const override { return processor_.GetPieceSize(); }
  std::string_view token(int64_t id) const override {
    return id >= 0 && id < size() ? std::string_view(processor_.IdToPiece(static_cast<int>(id))) : std::string_view();
  }

  std::vector<TextToken> encode(std::string_view text) const override {
    EditedText valid = as_utf8(text);
    if (valid.text().size() >= UINT32_MAX / 4) {
      throw InvalidInput("SentencePiece takes texts of less than 1 GB; give the text in parts, or its ids");
    }
    std::vector<TextToken> tokens = cut_ == Cut::never ? whole(valid.text()) : by_words(valid.text());
    valid.restore(tokens);
    return tokens;
  }

 private:
  // The library takes a text of any length as one word, and its BPE then spends most of its time in a queue of all
  // that could be merged. No piece joins the end of a word with the next, so words can be given to it one by one, and
  // those that come again need not be.
  enum class Cut : uint8_t {
    never,
    before_the_space,  // " word" becomes "\u2581word"
    after_the_space,   // "word" does
  };

  bool marks_only_begin() const {
    for (int id = 0; id < processor_.GetPieceSize(); ++id) {
      const std::string_view piece = processor_.IdToPiece(id);
      for (size_t at = piece.find(kSentencePieceSpace, 1); at != std::string_view::npos;
           at = piece.find(kSentencePieceSpace, at + 1)) {
        if (!piece.substr(0, at).ends_with(kSentencePieceSpace)) return false;
      }
    }
    return true;
  }

  Cut how_to_cut() const {
    std::vector<TextToken> wanted = whole("a the");
    for (const Cut cut : {Cut::after_the_space, Cut::before_the_space}) {
      if (by_words("a the", cut) == wanted) return cut;
    }
    return Cut::never;
  }

  std::vector<TextToken> whole(std::string_view text) const {
    const auto found = processor_.EncodeAsImmutableProto(text);
    std::vector<TextToken> tokens;
    tokens.reserve(found.pieces_size());
    for (const auto& piece : found.pieces()) tokens.push_back({piece.id(), piece.begin(), piece.end()});
    return tokens;
  }

  std::vector<TextToken> by_words(std::string_view text) const { return by_words(text, cut_); }
  std::vector<TextToken> by_words(std::string_view text, Cut cut) const {
    // What normalization does to plain ASCII on both sides of a space, it does to each side alone.
    const auto plain = [&](size_t at) { return text[at] > 0x20 && text[at] < 0x7f; };
    std::unordered_map<std::string, std::vector<TextToken>> known;
    std::vector<TextToken> tokens;
    for (size_t begin = 0; begin < text.size();) {
      size_t end = begin + 1;
      while (end < text.size() && !(text[end] == ' ' && plain(end - 1) && end + 1 < text.size() && plain(end + 1)))
        ++end;
      const bool at_start = begin == 0;  // where it gets what the library puts before a text
      const size_t skipped = !at_start && cut == Cut::after_the_space ? 1 : 0;
      std::string word(text.substr(begin + skipped, end - begin - skipped));
      auto found = at_start ? known.end() : known.find(word);
      std::vector<TextToken> at_first;
      if (at_start) {
        at_first = whole(word);
      } else if (found == known.end()) {
        std::vector<TextToken> inside = whole(word);
        found = known.emplace(std::move(word), std::move(inside)).first;
      }
      bool first = !at_start;
      for (const TextToken& token : at_start ? at_first : found->second) {
        const auto from = static_cast<int64_t>(begin + skipped);
        // The mark of a word is its space.
        tokens.push_back(
            {token.id, token.begin + from - (first ? static_cast<int64_t>(skipped) : 0), token.end + from});
        first = false;
      }
      begin = end;
    }
    return tokens;
  }

  sentencepiece::SentencePieceProcessor processor_;
  Cut cut_ = Cut::never;
};

}  // namespace

bool looks_like_sentence_piece(std::string_view bytes) {
  // Field 1 of the model, of one byte in length; in it field 1, a string.
  constexpr char kFirstField = 0x0a;
  return bytes.size() > 4 && bytes[0] == kFirstField && static_cast<unsigned char>(bytes[1]) < 0x80 &&
         bytes[2] == kFirstField && static_cast<unsigned char>(bytes[3]) + 2 <= static_cast<unsigned char>(bytes[1]);
}

std::unique_ptr<Tokenizer> open_sentence_piece(const std::filesystem::path& path) {
  return std::make_unique<SentencePiece>(*MappedFile::open(path));
}

}  // namespace gramian::host
