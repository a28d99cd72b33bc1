#include "host/report/files/csr_npz.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "host/report/files/npy_writer.hpp"

namespace gramian::host {
namespace {

bool needs_wide_indices(int64_t rows, int64_t entries) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  return entries > kMost || rows > kMost;
}

}  // namespace

CsrNpzWriter::Layout CsrNpzWriter::layout(int64_t rows, int64_t entries, CsrValues values) {
  const bool wide = needs_wide_indices(rows, entries);
  const std::string index = wide ? "<i8" : "<i4";
  const int64_t index_bytes = wide ? 8 : 4;
  const bool ones = values == CsrValues::ones;
  Layout all;
  const auto add = [&](const char* name, const std::string& descr, const std::vector<int64_t>& shape, int64_t bytes) {
    Member member;
    member.npy_header = npy_header(descr, shape);
    member.data_bytes = bytes;
    member.stored = {std::string(name) + ".npy", all.directory, std::ssize(member.npy_header) + bytes, 0};
    all.directory += member.stored.header_bytes() + member.stored.size;
    all.members.push_back(std::move(member));
  };
  add("indices", index, {entries}, entries * index_bytes);
  add("indptr", index, {rows + 1}, (rows + 1) * index_bytes);
  add("format", "|S3", {}, 3);
  add("shape", "<i8", {2}, 16);
  add("data", ones ? "|b1" : "<f4", {entries}, entries * (ones ? 1 : 4));
  all.total = all.directory + zip_end_bytes();
  for (const Member& member : all.members) all.total += member.stored.entry_bytes();
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
    file_.write_at(member.begin(), header);
    member.stored.crc = crc32_of(0, header);
  }
}

void CsrNpzWriter::put(MemberIndex which, std::span<const std::byte> bytes) {
  Member& member = layout_.members[which];
  // Beyond its end lies the next member.
  if (member.done + std::ssize(bytes) > member.data_bytes) throw std::logic_error("more entries than were promised");
  file_.write_at(member.begin() + std::ssize(member.npy_header) + member.done, bytes);
  member.stored.crc = crc32_of(member.stored.crc, bytes);
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

  std::vector<StoredMember> stored;
  for (const Member& member : layout_.members) stored.push_back(member.stored);
  write_zip_records(file_, stored, layout_.directory);
}

}  // namespace gramian::host
