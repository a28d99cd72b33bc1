#pragma once
// GPT-2's two files: vocab.json (or encoder.json) and merges.txt (or vocab.bpe).

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/vocabulary.hpp"
#include "host/text/models/merge_table.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host {

/// Added tokens are the entries that no merge makes and that stand for no single byte ("<|endoftext|>"): nothing else
/// could ever become one of them.
/// Throws InvalidUsage (a file that is not there) and InvalidInput (malformed, or files that do not belong together).
std::unique_ptr<Tokenizer> open_gpt2(const std::filesystem::path& vocabulary, const std::filesystem::path& merges);

/// The merge of `left` and `right`, of which the latter begins with `prefix` bytes that the result has not. Throws
/// InvalidInput, naming `where`, if one of them or both together are no token.
MergeTable::Merge merge_of(std::string_view where, const Vocabulary& vocabulary, std::string_view left,
                           std::string_view right, size_t prefix = 0);

}  // namespace gramian::host
