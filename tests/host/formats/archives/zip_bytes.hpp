#pragma once
// Zip files made by hand.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/host/formats/archives/deflate.hpp"
#include "tests/host/formats/bytes.hpp"

namespace gramian::host::test {

struct ZipBytes {
  struct Member {
    std::string name;
    std::string content;
    bool deflated = false;
  };
  std::vector<Member> members;
  bool zip64 = false;  // as PyTorch does: a 64-bit directory before the usual one

  std::string bytes() const {
    std::string file;
    std::string directory;
    for (const auto& [name, content, is_deflated] : members) {
      const auto begin = static_cast<uint32_t>(file.size());
      const std::string packed = is_deflated ? deflated(content, -MAX_WBITS) : content;
      const std::string method = bytes_of(static_cast<uint16_t>(is_deflated ? 8 : 0));
      const std::string sizes =
          bytes_of(static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()))) +
          bytes_of(static_cast<uint32_t>(packed.size())) + bytes_of(static_cast<uint32_t>(content.size())) +
          bytes_of(static_cast<uint16_t>(name.size())) + std::string(2, '\0');
      file += "PK\3\4" + std::string(4, '\0') + method + std::string(4, '\0') + sizes + name + packed;
      directory += "PK\1\2" + std::string(6, '\0') + method + std::string(4, '\0') + sizes + std::string(10, '\0') +
                   bytes_of(begin) + name;
    }
    const auto begin = static_cast<uint32_t>(file.size());
    const auto count = static_cast<uint16_t>(members.size());
    const auto size = static_cast<uint32_t>(directory.size());
    file += directory;
    if (zip64) {
      const auto end64 = static_cast<uint64_t>(file.size());
      file += "PK\6\6" + bytes_of(uint64_t{44}) + std::string(12, '\0') + bytes_of(uint64_t{count}) +
              bytes_of(uint64_t{count}) + bytes_of(uint64_t{size}) + bytes_of(uint64_t{begin});
      file += "PK\6\7" + std::string(4, '\0') + bytes_of(end64) + bytes_of(uint32_t{1});
    }
    return file + "PK\5\6" + std::string(4, '\0') + bytes_of(count) + bytes_of(count) + bytes_of(size) +
           bytes_of(begin) + std::string(2, '\0');
  }
};

/// The pickle of {"wte.weight": a 2 x 2 tensor of float32 in storage 0}, as PyTorch writes it in protocol 2.
inline std::string tensor_pickle() {
  using namespace std::string_literals;
  const auto text = [](std::string_view s) { return "X" + bytes_of(static_cast<uint32_t>(s.size())) + std::string(s); };
  return "\x80\2}q\0"s + text("wte.weight") + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
         "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K\4tQK\0K\2K\2\x86K\2K\1\x86\x89"s +
         "ccollections\nOrderedDict\n)RtRs.";
}

}  // namespace gramian::host::test
