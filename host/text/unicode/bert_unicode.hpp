#pragma once
// Properties of characters as Hugging Face's tokenizers see them when they cut for BERT: those of Unicode 8.

namespace gramian::host {

bool bert_punctuation(char32_t code);
bool bert_nonspacing_mark(char32_t code);
/// Controls, formats, and private use.
bool bert_control(char32_t code);

}  // namespace gramian::host
