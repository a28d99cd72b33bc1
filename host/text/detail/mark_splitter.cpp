#include "host/text/detail/mark_splitter.hpp"

#include <algorithm>

namespace gramian::host {

void MarkSplitter::split(std::string_view text, std::vector<Word>& words) const {
  for (size_t begin = 0; begin < text.size();) {
    // The mark that a word begins with does not end it.
    const size_t inside = begin + (text.substr(begin).starts_with(mark_) ? mark_.size() : 1);
    const size_t end = std::min(text.find(mark_, inside), text.size());
    words.push_back({begin, end});
    begin = end;
  }
}

}  // namespace gramian::host
