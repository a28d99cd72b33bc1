#pragma once
// SentencePiece's own models, through its own library.

#include <filesystem>
#include <memory>
#include <string_view>

#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// Whether `bytes` begin as such a model does: a message whose first field is a piece.
bool looks_like_sentence_piece(std::string_view bytes);

/// Throws InvalidInput for a file that is no model.
std::unique_ptr<Tokenizer> open_sentence_piece(const std::filesystem::path& path);

}  // namespace gramian::host
