#pragma once
// The tokens of a matrix in a file beside it.

#include <cstdint>
#include <functional>
#include <string_view>

#include "host/report/files/output_file.hpp"

namespace gramian::host {

/// Token of row i, for i in [0, count).
using TokenOf = std::function<std::string_view(int64_t)>;

/// One token a line, as they are; where lines would not read back as these tokens, a JSON object {token: row}.
/// Throws InvalidInput for tokens that neither can hold: repeated, or not UTF-8, beside one with a line end in it.
void write_vocabulary(OutputFile& file, int64_t count, const TokenOf& token);

/// One label a line, for the Embedding Projector. Labels with a tab or a line end in them are escaped, as in all
/// tab-separated files of results; returns how many.
int64_t write_labels(OutputFile& file, int64_t count, const TokenOf& token);

}  // namespace gramian::host
