#include "host/text/pre_tokenizers/mark_splitter.hpp"

#include <algorithm>

namespace gramian::host {

void MarkSplitter::split(std::string_view text, std::vector<Word>& words) const {
  for (size_t begin = 0; begin < text.size();) {
    // The mark that a word begins with does not end it.
    size_t inside = begin;
    while (text.substr(inside).starts_with(mark_)) {
      inside += mark_.size();
      if (!runs_) break;
    }
    const size_t end = std::min(text.find(mark_, std::max(inside, begin + 1)), text.size());
    words.push_back({begin, end});
    begin = end;
  }
}

}  // namespace gramian::host
