#include "host/formats/archives/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <optional>
#include <unordered_set>
#include <utility>

#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view kRemedy = "; copy or download the file again";
constexpr std::string_view kEndMark = "PK\x05\x06";
constexpr std::string_view kMemberMark = "PK\x03\x04";
constexpr std::string_view kLocatorMark = "PK\x06\x07";
constexpr size_t kEndSize = 22;
constexpr uint64_t kLocatorSize = 20;
constexpr uint32_t kSee64 = 0xffffffff;  // the value stands in a field of 64 bits elsewhere

std::string in_member(const std::string& name) { return "member " + in_quotes(name) + " "; }

// Raw deflate data, as zip files hold it.
class Inflating {
 public:
  Inflating() {
    if (inflateInit2(&state_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  Inflating(const Inflating&) = delete;
  Inflating& operator=(const Inflating&) = delete;
  ~Inflating() { inflateEnd(&state_); }

  // How many bytes `packed` unpacks to in [out, out + room), and whether that was all; nothing where it is damaged.
  std::optional<std::pair<size_t, bool>> unpack(std::string_view packed, char* out, size_t room) {
    constexpr size_t kMostAtOnce = size_t{1} << 30;
    size_t made = 0;
    size_t taken = 0;
    int status = Z_OK;
    while (status == Z_OK && made < room) {
      const auto in = static_cast<uInt>(std::min(packed.size() - taken, kMostAtOnce));
      const auto space = static_cast<uInt>(std::min(room - made, kMostAtOnce));
      state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + taken));
      state_.avail_in = in;
      state_.next_out = reinterpret_cast<Bytef*>(out + made);
      state_.avail_out = space;
      status = inflate(&state_, Z_NO_FLUSH);
      taken += in - state_.avail_in;
      made += space - state_.avail_out;
    }
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END) return std::nullopt;
    return std::pair(made, status == Z_STREAM_END && taken == packed.size());
  }

 private:
  z_stream state_{};
};

}  // namespace

class ZipArchive::Directory {
 public:
  explicit Directory(ZipArchive& archive) : archive_(archive), bytes_(archive.file_->bytes()) {}

  void read() {
    find_end();
    ByteReader reader = at(begin_, end_);
    for (uint64_t i = 0; i < count_; ++i) read_member(reader);
    if (reader.remaining() != 0) fail("its directory is longer than its " + std::to_string(count_) + " members");
    for (ZipMember& member : archive_.members_) place(member);
    check_overlap();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { refuse(archive_.path(), what + std::string(kRemedy)); }

  ByteReader at(uint64_t begin, uint64_t end) const {
    if (begin > end || end > bytes_.size()) fail("is a zip file whose directory lies outside of it");
    return {archive_.path(), bytes_.substr(begin, end - begin), static_cast<int64_t>(begin)};
  }

  void find_end() {
    // A comment of up to 65,535 bytes may follow.
    const size_t lowest = bytes_.size() < kEndSize + 0xffff ? 0 : bytes_.size() - kEndSize - 0xffff;
    for (size_t i = bytes_.size() < kEndSize ? std::string_view::npos : bytes_.size() - kEndSize;
         i != std::string_view::npos && i >= lowest; --i) {
      if (bytes_.substr(i).starts_with(kEndMark) && read_end(i)) return;
      if (i == 0) break;
    }
    fail("is a zip file without its directory: cut off");
  }

  // False where these bytes only look like the end.
  bool read_end(uint64_t mark) {
    ByteReader reader = at(mark, bytes_.size());
    reader.take(kEndMark.size(), "the directory's end");
    const auto disk = reader.number<uint16_t>("the directory's end");
    const auto first_disk = reader.number<uint16_t>("the directory's end");
    reader.number<uint16_t>("the directory's end");
    count_ = reader.number<uint16_t>("the directory's end");
    const uint64_t size = reader.number<uint32_t>("the directory's end");
    begin_ = reader.number<uint32_t>("the directory's end");
    if (reader.number<uint16_t>("the directory's end") != reader.remaining()) return false;
    end_ = mark;
    // PyTorch writes the 64-bit directory even where everything fits into 32 bits.
    const bool has64 = mark >= kLocatorSize && bytes_.substr(mark - kLocatorSize).starts_with(kLocatorMark);
    if (has64 || count_ == 0xffff || begin_ == kSee64 || size == kSee64) {
      read_end64(mark);
      return true;
    }
    if (disk != 0 || first_disk != 0) fail("is one part of a zip file in several");
    // Bytes before a zip file shift it; no writer of arrays does that.
    if (begin_ + size != mark) fail("is a zip file whose directory is not where its end says");
    return true;
  }

  void read_end64(uint64_t mark) {
    if (mark < kLocatorSize) fail("is a zip file without its 64-bit directory");
    ByteReader locator = at(mark - kLocatorSize, mark);
    if (locator.take(4, "the directory") != kLocatorMark) fail("is a zip file without its 64-bit directory");
    locator.number<uint32_t>("the directory");
    const auto end64 = locator.number<uint64_t>("the directory");
    ByteReader reader = at(end64, mark - kLocatorSize);
    if (reader.take(4, "the directory") != "PK\x06\x06") fail("is a zip file without its 64-bit directory");
    reader.take(8 + 2 + 2 + 4 + 4 + 8, "the directory");
    count_ = reader.number<uint64_t>("the directory");
    const auto size = reader.number<uint64_t>("the directory");
    begin_ = reader.number<uint64_t>("the directory");
    end_ = end64;
    if (begin_ > end_ || end_ - begin_ != size) fail("is a zip file whose directory is not where its end says");
  }

  void read_member(ByteReader& reader) {
    constexpr std::string_view kWhat = "the zip directory";
    if (reader.take(4, kWhat) != "PK\x01\x02") fail("is a zip file with a damaged directory");
    reader.take(4, kWhat);
    const auto flags = reader.number<uint16_t>(kWhat);
    ZipMember member;
    member.method = reader.number<uint16_t>(kWhat);
    reader.take(4, kWhat);
    member.crc = reader.number<uint32_t>(kWhat);
    uint64_t packed = reader.number<uint32_t>(kWhat);
    uint64_t size = reader.number<uint32_t>(kWhat);
    const auto name_length = reader.number<uint16_t>(kWhat);
    const auto extra_length = reader.number<uint16_t>(kWhat);
    const auto comment_length = reader.number<uint16_t>(kWhat);
    reader.take(2 + 2 + 4, kWhat);
    uint64_t begin = reader.number<uint32_t>(kWhat);
    member.name = reader.take(name_length, kWhat);
    const int64_t extra_at = reader.position();
    const std::string_view extra = reader.take(extra_length, kWhat);
    reader.take(comment_length, kWhat);
    read_extra64({archive_.path(), extra, extra_at}, size, packed, begin);
    if (flags & 1u) fail(in_member(member.name) + "is encrypted");
    for (const uint64_t value : {size, packed, begin}) {
      if (!std::in_range<int64_t>(value)) fail(in_member(member.name) + "has an impossible size");
    }
    member.size = static_cast<int64_t>(size);
    member.packed_size = static_cast<int64_t>(packed);
    member.begin = static_cast<int64_t>(begin);  // of its header, until it is placed
    if (!names_.insert(member.name).second) fail(in_member(member.name) + "is there twice");
    archive_.members_.push_back(std::move(member));
  }

  // Those of the three that do not fit into 32 bits follow one another in one extra field.
  static void read_extra64(ByteReader reader, uint64_t& size, uint64_t& packed, uint64_t& begin) {
    constexpr std::string_view kWhat = "an extra field of the zip directory";
    while (reader.remaining() >= 4) {
      const auto id = reader.number<uint16_t>(kWhat);
      const auto length = reader.number<uint16_t>(kWhat);
      const int64_t field_at = reader.position();
      ByteReader field(reader.path(), reader.take(length, kWhat), field_at);
      if (id != 1) continue;
      for (uint64_t* value : {&size, &packed, &begin}) {
        if (*value == kSee64) *value = field.number<uint64_t>(kWhat);
      }
    }
  }

  // From the member's own header to its data.
  void place(ZipMember& member) {
    ByteReader reader = at(static_cast<uint64_t>(member.begin), begin_);
    const std::string what = "the header of member " + in_quotes(member.name);
    header_begins_.push_back(member.begin);
    if (reader.take(4, what) != kMemberMark) fail(in_member(member.name) + "is not where the directory says");
    reader.take(2 + 2 + 2 + 4 + 4 + 4 + 4, what);
    const auto name_length = reader.number<uint16_t>(what);
    const auto extra_length = reader.number<uint16_t>(what);
    if (reader.take(name_length, what) != member.name) fail(in_member(member.name) + "has another name in its header");
    reader.take(extra_length, what);
    member.begin = reader.position();
    reader.take(static_cast<uint64_t>(member.packed_size), in_member(member.name));
    if (member.method == ZipMember::kStored && member.size != member.packed_size) {
      fail(in_member(member.name) + "is stored as it is, but in two sizes");
    }
  }

  void check_overlap() const {
    std::vector<std::pair<int64_t, int64_t>> ranges;
    for (size_t i = 0; i < header_begins_.size(); ++i) {
      const ZipMember& member = archive_.members_[i];
      ranges.emplace_back(header_begins_[i], member.begin + member.packed_size);
    }
    std::ranges::sort(ranges);
    for (size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[i].first < ranges[i - 1].second) fail("is a zip file whose members overlap");
    }
  }

  ZipArchive& archive_;
  std::string_view bytes_;
  uint64_t count_ = 0;
  uint64_t begin_ = 0;  // of the directory
  uint64_t end_ = 0;
  std::unordered_set<std::string> names_;
  std::vector<int64_t> header_begins_;
};

bool is_zip(std::string_view start) { return start.starts_with(kMemberMark) || start.starts_with(kEndMark); }

ZipArchive::ZipArchive(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) { Directory(*this).read(); }

const ZipMember* ZipArchive::find(std::string_view name) const {
  const auto it = std::ranges::find(members_, name, &ZipMember::name);
  return it == members_.end() ? nullptr : &*it;
}

std::string_view ZipArchive::packed(const ZipMember& member) const {
  return file_->bytes().substr(static_cast<size_t>(member.begin), static_cast<size_t>(member.packed_size));
}

std::string_view ZipArchive::stored(const ZipMember& member, bool check) const {
  if (member.method != ZipMember::kStored) {
    refuse(path(), in_member(member.name) + "is compressed, which it never is in such files; save the file again");
  }
  const std::string_view bytes = packed(member);
  if (check) {
    const uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    if (sum != member.crc)
      refuse(path(), in_member(member.name) + "is damaged: its CRC differs" + std::string(kRemedy));
  }
  return bytes;
}

std::string ZipArchive::start(const ZipMember& member, int64_t most) const {
  const auto size = static_cast<size_t>(std::min(most, member.size));
  if (member.method == ZipMember::kStored) return std::string(packed(member).substr(0, size));
  require_deflated(member);
  std::string bytes(size, '\0');
  const auto made = Inflating().unpack(packed(member), bytes.data(), size);
  if (!made || made->first != size) refuse_damaged(member, "its compressed data");
  return bytes;
}

std::shared_ptr<const char[]> ZipArchive::unpacked(const ZipMember& member) const {
  require_deflated(member);
  const auto size = static_cast<size_t>(member.size);
  auto bytes = std::make_shared_for_overwrite<char[]>(size + 1);  // one more, to see whether there is more
  const auto made = Inflating().unpack(packed(member), bytes.get(), size + 1);
  if (!made) refuse_damaged(member, "its compressed data");
  if (made->first != size || !made->second) {
    refuse_damaged(member, "it does not unpack to the " + std::to_string(size) + " bytes that are promised");
  }
  if (crc32_z(0, reinterpret_cast<const Bytef*>(bytes.get()), size) != member.crc) {
    refuse_damaged(member, "its CRC differs");
  }
  return bytes;
}

void ZipArchive::require_deflated(const ZipMember& member) const {
  if (member.method != ZipMember::kDeflated) {
    refuse(path(), in_member(member.name) + "is compressed by method " + std::to_string(member.method) +
                       ", which is not read here; save the file again");
  }
  // Deflate packs no better: a size beyond it is a lie, and memory for it is not asked for.
  constexpr int64_t kBestRatio = 1032;
  if (member.size / kBestRatio > member.packed_size) refuse_damaged(member, "its size is impossible");
}

void ZipArchive::refuse_damaged(const ZipMember& member, const std::string& what) const {
  refuse(path(), in_member(member.name) + "is damaged: " + what + std::string(kRemedy));
}

}  // namespace gramian::host
