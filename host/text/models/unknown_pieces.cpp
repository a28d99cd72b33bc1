#include "host/text/models/unknown_pieces.hpp"

#include <string>

namespace gramian::host {

std::string ByteTokens::name(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">";
}

void UnknownPieces::apply(std::string_view word, size_t first, std::vector<WordModel::Piece>& pieces) const {
  if (!bytes_) {
    size_t kept = first;
    for (size_t i = first; i < pieces.size(); ++i) {
      if (kept > first && pieces[i].id == unknown_ && pieces[kept - 1].id == unknown_) {
        pieces[kept - 1].end = pieces[i].end;
      } else {
        pieces[kept++] = pieces[i];
      }
    }
    pieces.resize(kept);
    return;
  }
  const std::vector<WordModel::Piece> whole(pieces.begin() + static_cast<ptrdiff_t>(first), pieces.end());
  pieces.resize(first);
  for (const WordModel::Piece& piece : whole) {
    if (piece.id != unknown_) {
      pieces.push_back(piece);
      continue;
    }
    for (uint32_t at = piece.begin; at < piece.end; ++at) {
      const int32_t id = bytes_->id(word[at]);
      const bool last = at + 1 == piece.end;
      if (range_ == ByteRange::own) {
        pieces.push_back({id, at, at + 1});
      } else {
        pieces.push_back({id, piece.begin, last ? piece.end : piece.begin});
      }
    }
  }
}

}  // namespace gramian::host
