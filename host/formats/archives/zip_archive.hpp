#pragma once
// Zip files: the members by their central directory, zip64 included. Format: PKWARE's APPNOTE.TXT, 4.3 and 4.5.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a zip file (an empty one included).
bool is_zip(std::string_view start);

struct ZipMember {
  static constexpr uint16_t kStored = 0;
  static constexpr uint16_t kDeflated = 8;
  std::string name;
  uint16_t method = kStored;
  uint32_t crc = 0;         // CRC-32 of the unpacked bytes
  int64_t packed_size = 0;  // bytes in the file
  int64_t size = 0;         // unpacked
  int64_t begin = 0;        // first byte of the packed data in the file
};

/// An open zip file, its directory checked: names are unique and no member's data reaches into another's.
class ZipArchive {
 public:
  /// Throws InvalidInput: no end of a directory (a file cut short), fields that lead outside the file, encryption,
  /// parts on several disks.
  explicit ZipArchive(std::shared_ptr<const MappedFile> file);

  const std::string& path() const { return file_->path(); }
  const std::shared_ptr<const MappedFile>& file() const { return file_; }
  const std::vector<ZipMember>& members() const { return members_; }  // in the order of the directory
  /// Null when there is none.
  const ZipMember* find(std::string_view name) const;

  /// The bytes of a member as they lie in the file.
  std::string_view packed(const ZipMember& member) const;
  /// The bytes of a member that is stored as it is; `check` compares their CRC.
  /// Throws InvalidInput for a compressed member, and for one whose CRC differs.
  std::string_view stored(const ZipMember& member, bool check) const;

  /// The first bytes of a member, unpacked: `most` of them, or all. Throws InvalidInput as `unpacked` does.
  std::string start(const ZipMember& member, int64_t most) const;
  /// All bytes of a deflated member. Throws InvalidInput where they are damaged, are more or fewer than the directory
  /// says, or differ from its CRC, and for another compression; std::bad_alloc.
  std::shared_ptr<const char[]> unpacked(const ZipMember& member) const;

 private:
  class Directory;

  void require_deflated(const ZipMember& member) const;
  [[noreturn]] void refuse_damaged(const ZipMember& member, const std::string& what) const;

  std::shared_ptr<const MappedFile> file_;
  std::vector<ZipMember> members_;
};

}  // namespace gramian::host
