#include "host/report/files/stored_zip.hpp"

#include <zlib.h>

namespace gramian::host {
namespace {

// Records of the archive: fixed parts, in bytes.
constexpr int64_t kLocalHeader = 30;
constexpr int64_t kLocalExtra = 4 + 2 * 8;  // both sizes
constexpr int64_t kEntry = 46;
constexpr int64_t kEntryExtra = 4 + 3 * 8;  // both sizes, offset
constexpr int64_t kEnd64 = 56;
constexpr int64_t kLocator64 = 20;
constexpr int64_t kEnd = 22;

constexpr uint16_t kVersion = 45;    // 4.5: 64-bit sizes
constexpr uint16_t kDate = 0x21;     // 1980-01-01
constexpr uint16_t kSee64 = 0xffff;  // the number stands in the 64-bit record
constexpr uint32_t kSee64Wide = 0xffffffff;

/// Little-endian fields, one after the other.
class Record {
 public:
  Record& u16(uint64_t value) { return put(value, 2); }
  Record& u32(uint64_t value) { return put(value, 4); }
  Record& u64(int64_t value) { return put(static_cast<uint64_t>(value), 8); }
  Record& text(const std::string& value) {
    bytes_ += value;
    return *this;
  }
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
  Record& put(uint64_t value, int count) {
    for (int k = 0; k < count; ++k) bytes_ += static_cast<char>(value >> (8 * k) & 0xff);
    return *this;
  }
  std::string bytes_;
};

}  // namespace

int64_t StoredMember::header_bytes() const { return kLocalHeader + std::ssize(name) + kLocalExtra; }

int64_t StoredMember::entry_bytes() const { return kEntry + std::ssize(name) + kEntryExtra; }

int64_t zip_end_bytes() { return kEnd64 + kLocator64 + kEnd; }

uint32_t crc32_of(uint32_t crc, std::span<const std::byte> bytes) {
  if (bytes.empty()) return crc;  // of which zlib would start the sum anew
  return static_cast<uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

void write_zip_records(OutputFile& file, std::span<const StoredMember> members, int64_t begin) {
  Record directory;
  for (const StoredMember& member : members) {
    Record local;
    local.text("PK\x03\x04").u16(kVersion).u16(0).u16(0).u16(0).u16(kDate).u32(member.crc);
    local.u32(kSee64Wide).u32(kSee64Wide).u16(member.name.size()).u16(kLocalExtra).text(member.name);
    local.u16(1).u16(kLocalExtra - 4).u64(member.size).u64(member.size);
    file.write_at(member.offset, local.bytes());
    directory.text("PK\x01\x02").u16(kVersion).u16(kVersion).u16(0).u16(0).u16(0).u16(kDate).u32(member.crc);
    directory.u32(kSee64Wide).u32(kSee64Wide).u16(member.name.size()).u16(kEntryExtra).u16(0).u16(0).u16(0).u32(0);
    directory.u32(kSee64Wide).text(member.name);
    directory.u16(1).u16(kEntryExtra - 4).u64(member.size).u64(member.size).u64(member.offset);
  }
  const int64_t directory_bytes = std::ssize(directory.bytes());
  const int64_t count = std::ssize(members);
  const int64_t end = begin + directory_bytes;
  directory.text("PK\x06\x06").u64(kEnd64 - 12).u16(kVersion).u16(kVersion).u32(0).u32(0);
  directory.u64(count).u64(count).u64(directory_bytes).u64(begin);
  directory.text("PK\x06\x07").u32(0).u64(end).u32(1);
  directory.text("PK\x05\x06").u16(0).u16(0).u16(kSee64).u16(kSee64).u32(kSee64Wide).u32(kSee64Wide).u16(0);
  file.write_at(begin, directory.bytes());
}

}  // namespace gramian::host
