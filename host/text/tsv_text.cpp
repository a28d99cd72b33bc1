#include "host/text/tsv_text.hpp"

#include <algorithm>

#include "host/formats/files/message.hpp"

namespace gramian::host {

std::string tsv_text(std::string_view bytes) {
  const bool quoted = bytes.find('"') != std::string_view::npos;
  std::string text(quoted ? "\"" : "");
  while (!bytes.empty()) {
    size_t length = 1;
    switch (bytes.front()) {
      case '"':
        text += "\"\"";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      default:
        // Up to the next of those, what a terminal or a reader of lines would stumble over becomes \xHH.
        length = std::min(bytes.size(), bytes.find_first_of("\"\t\n\r"));
        text += printable(bytes.substr(0, length), 8 * length);
    }
    bytes.remove_prefix(length);
  }
  return quoted ? text + "\"" : text;
}

}  // namespace gramian::host
