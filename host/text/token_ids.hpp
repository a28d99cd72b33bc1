#pragma once
// Reads the tokens that another tokenizer found in a text, from a file of ids.

#include <string>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// `ids` holds either lines "ID<tab>BEGIN<tab>END" with the bytes of `text` that a token stands for, ID -1 where it is
/// out of vocabulary, or ids alone, between spaces, line ends, commas or brackets. Ids alone are laid along the text by
/// what `vocabulary` says they spell (as it is, as GPT-2's bytes, with ▁ for a space, without ##), white space between
/// them skipped where a token does not spell it.
/// Throws InvalidInput naming `path` and the line or the token: not a number, ids of no row, ranges out of order or out
/// of the text, ids alone without a vocabulary or that do not spell the text.
std::vector<TextToken> read_token_ids(const std::string& path, std::string_view ids, std::string_view text,
                                      int64_t rows, const Vocabulary* vocabulary);

}  // namespace gramian::host
