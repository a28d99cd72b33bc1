#include "host/text/tsv_text.hpp"

namespace gramian::host {

std::string tsv_text(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    switch (c) {
      case '\\':
        text += "\\\\";
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
        text += c;
    }
  }
  return text;
}

}  // namespace gramian::host
