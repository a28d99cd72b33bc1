#include "host/formats/files/byte_reader.hpp"

#include "host/formats/files/message.hpp"

namespace gramian::host {

std::string_view ByteReader::take_until(char delimiter, std::string_view what) {
  const size_t found = bytes_.find(delimiter, at_);
  if (found == std::string_view::npos) refuse_cut_off(what);
  const std::string_view taken = bytes_.substr(at_, found - at_);
  at_ = found + 1;
  return taken;
}

void ByteReader::refuse_cut_off(std::string_view what) const {
  refuse_at_byte(path_, position(),
                 "cut off inside " + std::string(what) + ": only " + std::to_string(remaining()) +
                     " bytes are left; copy or download the file again");
}

}  // namespace gramian::host
