#pragma once
// The unigram model.

#include <string_view>
#include <utility>
#include <vector>

#include "host/text/models/unknown_pieces.hpp"
#include "host/text/models/viterbi.hpp"
#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

class UnigramModel final : public WordModel {
 public:
  UnigramModel(Viterbi viterbi, UnknownPieces unknown) : viterbi_(std::move(viterbi)), unknown_(std::move(unknown)) {}
  void encode(std::string_view word, std::vector<Piece>& pieces) const override {
    const size_t first = pieces.size();
    viterbi_.encode(word, pieces);
    unknown_.apply(word, first, pieces);
  }

 private:
  Viterbi viterbi_;
  UnknownPieces unknown_;
};

}  // namespace gramian::host
