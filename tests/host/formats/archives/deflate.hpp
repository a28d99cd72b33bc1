#pragma once
// Bytes compressed by zlib, for the tests of compressed files.

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace gramian::host::test {

/// `window_bits` as deflateInit2 has it: 16 + MAX_WBITS writes gzip, -MAX_WBITS the bare stream of a zip file.
inline std::string deflated(std::string_view bytes, int window_bits) {
  z_stream state{};
  if (deflateInit2(&state, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib does not deflate");
  }
  std::string packed(deflateBound(&state, bytes.size()) + 64, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  state.avail_in = static_cast<uInt>(bytes.size());
  state.next_out = reinterpret_cast<Bytef*>(packed.data());
  state.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&state, Z_FINISH);
  packed.resize(state.total_out);
  deflateEnd(&state);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib does not deflate");
  return packed;
}

}  // namespace gramian::host::test
