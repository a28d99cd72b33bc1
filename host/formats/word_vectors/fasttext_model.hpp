#pragma once
// fastText's models (.bin): words, and buckets that their character n-grams share. Writer: fastText 0.9,
// FastText::saveModel; Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606.

#include <string_view>

#include "host/formats/embedding.hpp"
#include "host/formats/format.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a model of fastText 0.1 or later, or looks like an older one.
bool is_fasttext_model(std::string_view start);

/// The vectors that fastText prints: of a word, the mean of its own row and those of its n-grams, rounded as there.
/// Labels of a classifier are no rows.
/// Throws InvalidInput: a quantized model, one from before there was a magic number, a file cut short or malformed.
void read_fasttext_model(const Source& source, Embedding& embedding);

}  // namespace gramian::host
