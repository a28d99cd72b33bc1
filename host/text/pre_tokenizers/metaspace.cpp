#include "host/text/pre_tokenizers/metaspace.hpp"

#include <algorithm>

#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

/// Appends words that begin with `mark`, or with `runs` of it. The mark that a word begins with does not end it.
void split_at_marks(std::string_view text, std::string_view mark, bool runs, std::vector<PreTokenizer::Word>& words) {
  for (size_t begin = 0; begin < text.size();) {
    size_t inside = begin;
    while (text.substr(inside).starts_with(mark)) {
      inside += mark.size();
      if (!runs) break;
    }
    const size_t end = std::min(text.find(mark, std::max(inside, begin + 1)), text.size());
    words.push_back({begin, end});
    begin = end;
  }
}

}  // namespace

NormalizedString Metaspace::edit(std::string_view text, bool first) const {
  using Prepend = MetaspaceSettings::Prepend;
  NormalizedString edited(text);
  const bool wanted = settings_.prepend == Prepend::always || (settings_.prepend == Prepend::first && first);
  if (wanted && !text.starts_with(' ') && !text.starts_with(settings_.mark)) edited.replace(0, settings_.mark);
  for (size_t at = 0; at < text.size(); ++at) {
    text[at] == ' ' ? edited.replace(1, settings_.mark) : edited.keep(1);
  }
  return edited;
}

void Metaspace::split(std::string_view text, std::vector<Word>& words) const {
  if (settings_.split) {
    split_at_marks(text, settings_.mark, false, words);
  } else {
    PreTokenizer::split(text, words);
  }
}

void MetaspaceRuns::split(std::string_view text, std::vector<Word>& words) const {
  split_at_marks(text, kSentencePieceSpace, true, words);
}

}  // namespace gramian::host
