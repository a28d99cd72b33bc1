#pragma once
// SentencePiece's own models (.model), cut by the engines that tokenizer.json is cut by: BPE, unigram by Viterbi,
// words, characters.

#include <filesystem>
#include <memory>
#include <string_view>

#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// Whether `bytes` begin as such a model does: a message whose first field is a piece.
bool looks_like_sentence_piece(std::string_view bytes);

/// Throws InvalidInput for a file that is no model, or one that read_sentence_piece_model refuses.
std::unique_ptr<Tokenizer> open_sentence_piece(const std::filesystem::path& path);

}  // namespace gramian::host
