#pragma once
// ZIP archives of members that are stored as they are, with 64-bit sizes:
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7 to 4.3.16 and 4.5.3

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "host/report/files/output_file.hpp"

namespace gramian::host {

struct StoredMember {
  std::string name;
  int64_t offset = 0;  // of its local header, which its bytes follow
  int64_t size = 0;
  uint32_t crc = 0;  // CRC-32 of its bytes

  int64_t header_bytes() const;
  /// Of its entry in the directory.
  int64_t entry_bytes() const;
};

/// The CRC-32 of what gave `crc` before and `bytes` after it.
uint32_t crc32_of(uint32_t crc, std::span<const std::byte> bytes);

/// Bytes after the last entry of a directory.
int64_t zip_end_bytes();

/// Puts the local header of every member in its place, and the directory at `directory`. Dates are 1980-01-01: equal
/// members make equal files.
void write_zip_records(OutputFile& file, std::span<const StoredMember> members, int64_t directory);

}  // namespace gramian::host
