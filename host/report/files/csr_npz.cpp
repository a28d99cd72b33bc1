#include "host/report/files/csr_npz.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "host/report/files/npy_writer.hpp"

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
constexpr uint16_t kDate = 0x21;     // 1980-01-01: equal results are equal files
constexpr uint16_t kSee64 = 0xffff;  // the number stands in the 64-bit record
constexpr uint32_t kSee64Wide = 0xffffffff;

bool needs_wide_indices(int64_t rows, int64_t entries) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  return entries > kMost || rows > kMost;
}

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

uint32_t crc_of(uint32_t crc, std::span<const std::byte> bytes) {
  return static_cast<uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

int64_t CsrNpzWriter::Member::header_bytes() const { return kLocalHeader + std::ssize(name) + kLocalExtra; }

CsrNpzWriter::Layout CsrNpzWriter::layout(int64_t rows, int64_t entries, CsrValues values) {
  const bool wide = needs_wide_indices(rows, entries);
  const std::string index = wide ? "<i8" : "<i4";
  const int64_t index_bytes = wide ? 8 : 4;
  const bool ones = values == CsrValues::ones;
  Layout all;
  const auto add = [&](const char* name, const std::string& descr, const std::vector<int64_t>& shape, int64_t bytes) {
    Member member;
    member.name = std::string(name) + ".npy";
    member.npy_header = npy_header(descr, shape);
    member.data_bytes = bytes;
    member.offset = all.directory;
    all.directory += member.header_bytes() + member.size();
    all.members.push_back(std::move(member));
  };
  add("indices", index, {entries}, entries * index_bytes);
  add("indptr", index, {rows + 1}, (rows + 1) * index_bytes);
  add("format", "|S3", {}, 3);
  add("shape", "<i8", {2}, 16);
  add("data", ones ? "|b1" : "<f4", {entries}, entries * (ones ? 1 : 4));
  all.total = all.directory + kEnd64 + kLocator64 + kEnd;
  for (const Member& member : all.members) all.total += kEntry + std::ssize(member.name) + kEntryExtra;
  return all;
}

int64_t CsrNpzWriter::bytes(int64_t rows, int64_t entries, CsrValues values) {
  return layout(rows, entries, values).total;
}

CsrNpzWriter::CsrNpzWriter(OutputFile& file, int64_t rows, int64_t entries, CsrValues values)
    : file_(file),
      rows_(rows),
      entries_(entries),
      values_(values),
      wide_(needs_wide_indices(rows, entries)),
      layout_(layout(rows, entries, values)) {
  indptr_.reserve(static_cast<size_t>(rows + 1));
  indptr_.push_back(0);
  for (Member& member : layout_.members) {
    const auto header = std::as_bytes(std::span(member.npy_header));
    file_.write_at(member.offset + member.header_bytes(), header);
    member.crc = crc_of(0, header);
  }
}

void CsrNpzWriter::put(MemberIndex which, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;  // of which zlib would start the sum anew
  Member& member = layout_.members[which];
  // Beyond its end lies the next member.
  if (member.done + std::ssize(bytes) > member.data_bytes) throw std::logic_error("more entries than were promised");
  file_.write_at(member.offset + member.header_bytes() + std::ssize(member.npy_header) + member.done, bytes);
  member.crc = crc_of(member.crc, bytes);
  member.done += std::ssize(bytes);
}

void CsrNpzWriter::append(std::span<const int64_t> offsets, std::span<const int32_t> columns,
                          std::span<const float> cosines) {
  const int64_t base = indptr_.back();
  for (size_t row = 1; row < offsets.size(); ++row) indptr_.push_back(base + offsets[row]);
  if (wide_) {
    // A piece at a time: the whole band would take twice its memory.
    std::array<int64_t, 8192> wide{};
    for (size_t begin = 0; begin < columns.size(); begin += wide.size()) {
      const auto piece = columns.subspan(begin, std::min(wide.size(), columns.size() - begin));
      std::ranges::copy(piece, wide.begin());
      put(kIndices, std::as_bytes(std::span(wide).first(piece.size())));
    }
  } else {
    put(kIndices, std::as_bytes(columns));
  }
  if (values_ == CsrValues::cosines) {
    put(kData, std::as_bytes(cosines));
    return;
  }
  const std::vector<uint8_t> ones(std::min<size_t>(columns.size(), size_t{1} << 20), uint8_t{1});
  for (size_t left = columns.size(); left > 0;) {
    const size_t count = std::min(left, ones.size());
    put(kData, std::as_bytes(std::span(ones).first(count)));
    left -= count;
  }
}

template <class Index>
void CsrNpzWriter::put_indptr() {
  const std::vector<Index> indptr(indptr_.begin(), indptr_.end());
  put(kIndptr, std::as_bytes(std::span(indptr)));
}

void CsrNpzWriter::finish() {
  if (std::ssize(indptr_) != rows_ + 1 || indptr_.back() != entries_) {
    throw std::logic_error("fewer rows or entries than were promised");
  }
  if (wide_) {
    put_indptr<int64_t>();
  } else {
    put_indptr<int32_t>();
  }
  constexpr std::array<char, 3> kCsr = {'c', 's', 'r'};
  put(kFormat, std::as_bytes(std::span(kCsr)));
  const std::array<int64_t, 2> shape = {rows_, rows_};
  put(kShape, std::as_bytes(std::span(shape)));

  Record directory;
  for (const Member& member : layout_.members) {
    Record local;
    local.text("PK\x03\x04").u16(kVersion).u16(0).u16(0).u16(0).u16(kDate).u32(member.crc);
    local.u32(kSee64Wide).u32(kSee64Wide).u16(member.name.size()).u16(kLocalExtra).text(member.name);
    local.u16(1).u16(kLocalExtra - 4).u64(member.size()).u64(member.size());
    file_.write_at(member.offset, local.bytes());
    directory.text("PK\x01\x02").u16(kVersion).u16(kVersion).u16(0).u16(0).u16(0).u16(kDate).u32(member.crc);
    directory.u32(kSee64Wide).u32(kSee64Wide).u16(member.name.size()).u16(kEntryExtra).u16(0).u16(0).u16(0).u32(0);
    directory.u32(kSee64Wide).text(member.name);
    directory.u16(1).u16(kEntryExtra - 4).u64(member.size()).u64(member.size()).u64(member.offset);
  }
  const int64_t directory_bytes = std::ssize(directory.bytes());
  const int64_t count = std::ssize(layout_.members);
  const int64_t end = layout_.directory + directory_bytes;
  directory.text("PK\x06\x06").u64(kEnd64 - 12).u16(kVersion).u16(kVersion).u32(0).u32(0);
  directory.u64(count).u64(count).u64(directory_bytes).u64(layout_.directory);
  directory.text("PK\x06\x07").u32(0).u64(end).u32(1);
  directory.text("PK\x05\x06").u16(0).u16(0).u16(kSee64).u16(kSee64).u32(kSee64Wide).u32(kSee64Wide).u16(0);
  file_.write_at(layout_.directory, directory.bytes());
}

}  // namespace gramian::host
