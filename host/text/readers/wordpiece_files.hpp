#pragma once
// BERT's vocab.txt: one token a line.

#include <filesystem>
#include <memory>

#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// tokenizer_config.json beside it says how the text is normalized (do_lower_case, strip_accents,
/// tokenize_chinese_chars); without one, it is lower-cased when no token but those in brackets has a capital.
/// [UNK], [CLS], [SEP], [PAD] and [MASK] in the text are those tokens.
/// Throws InvalidInput: no [UNK], or a config that is malformed.
std::unique_ptr<Tokenizer> open_wordpiece(const std::filesystem::path& path);

}  // namespace gramian::host
