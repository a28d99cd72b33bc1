#pragma once
// A thresholded graph as scipy.sparse.load_npz reads it: compressed sparse rows in a .npz.
// A .npz is a ZIP archive of .npy members, stored: https://numpy.org/doc/stable/reference/generated/numpy.savez.html

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/report/files/output_folder.hpp"
#include "host/report/files/stored_zip.hpp"

namespace gramian::host {

enum class CsrValues : uint8_t {
  cosines,  // float32
  ones,     // bool
};

/// Writes the members indices, indptr, format, shape and data of an n x n matrix whose number of entries is known
/// beforehand, band by band, top to bottom. All sizes follow from that number, so that indices and data grow side by
/// side in their final places and memory stays at one band. indices and indptr are int32, or int64 once there are 2^31
/// entries or rows, as scipy wants them to match.
class CsrNpzWriter {
 public:
  /// `file` must be fresh and outlive the writer.
  CsrNpzWriter(OutputFile& file, int64_t rows, int64_t entries, CsrValues values);

  /// The next rows of the matrix: offsets[0] = 0, row r holds columns [offsets[r], offsets[r + 1]).
  void append(std::span<const int64_t> offsets, std::span<const int32_t> columns, std::span<const float> cosines);
  /// After all rows: the index of rows and the archive's directory. Throws std::logic_error unless the bands had as
  /// many rows and entries as promised.
  void finish();

  /// Bytes of the whole file.
  static int64_t bytes(int64_t rows, int64_t entries, CsrValues values);

 private:
  struct Member {
    StoredMember stored;
    std::string npy_header;
    int64_t data_bytes = 0;
    int64_t done = 0;  // bytes of data so far
    int64_t begin() const { return stored.offset + stored.header_bytes(); }
  };
  struct Layout {
    std::vector<Member> members;  // as in MemberIndex
    int64_t directory = 0;
    int64_t total = 0;
  };
  enum MemberIndex : uint8_t { kIndices, kIndptr, kFormat, kShape, kData };

  static Layout layout(int64_t rows, int64_t entries, CsrValues values);
  void put(MemberIndex which, std::span<const std::byte> bytes);
  template <class Index>
  void put_indptr();

  OutputFile& file_;
  int64_t rows_;
  int64_t entries_;
  CsrValues values_;
  bool wide_;
  Layout layout_;
  std::vector<int64_t> indptr_;
};

}  // namespace gramian::host
