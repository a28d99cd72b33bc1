#pragma once
// The Viterbi search of a unigram model: of all ways to cut a word into pieces, the one with the largest sum of scores.

#include <cstdint>
#include <string_view>
#include <vector>

#include "host/text/pipeline/byte_trie.hpp"
#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

class Viterbi {
 public:
  struct Settings {
    int32_t unknown = TextToken::kUnknown;  // what a code point becomes that no piece covers alone
    double unknown_score = 0;
    /// Rounds the sums to single precision at every step, as SentencePiece does, where Hugging Face's tokenizers keep
    /// double: this decides between ways that are almost equal.
    bool single_precision = false;
  };
  explicit Viterbi(const Settings& settings) : settings_(settings) {}
  /// `id` is not negative; a piece that is added twice has the later id.
  void add(std::string_view piece, int32_t id, double score);
  /// Appends the pieces of `word`, unknown code points one by one.
  void encode(std::string_view word, std::vector<WordModel::Piece>& pieces) const;

 private:
  double rounded(double sum) const {
    return settings_.single_precision ? static_cast<double>(static_cast<float>(sum)) : sum;
  }

  Settings settings_;
  ByteTrie trie_;
  std::vector<double> scores_;  // by id
};

}  // namespace gramian::host
