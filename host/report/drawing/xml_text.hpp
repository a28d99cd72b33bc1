#pragma once
// Any bytes as text of an XML 1.0 document.

#include <string>
#include <string_view>

namespace gramian::host {

/// `bytes` as the content of an element or a double-quoted attribute, such that a parser gives them back: & < > " are
/// escaped, tab, newline and carriage return become character references. What XML 1.0 cannot hold at all (other
/// control characters, U+FFFE and U+FFFF, bytes that are not UTF-8) becomes the four characters \xHH a byte.
/// https://www.w3.org/TR/xml/#charsets, https://www.w3.org/TR/xml/#AVNormalize
std::string xml_text(std::string_view bytes);

}  // namespace gramian::host
