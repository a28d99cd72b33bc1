#include "host/formats/arrays/npz.hpp"

#include <zlib.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/archives/zip_archive.hpp"
#include "host/formats/arrays/npy.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr int64_t kMostHeader = (1 << 16) + 12;

std::string name_of(const ZipMember& member) { return member.name.substr(0, member.name.size() - kSuffix.size()); }

struct Array {
  const ZipMember* member = nullptr;
  std::string name;
  NpyHeader header;
};

std::string label(const ZipArchive& archive, const ZipMember& member) { return archive.path() + "#" + name_of(member); }

std::vector<Array> arrays_of(const ZipArchive& archive) {
  std::vector<Array> arrays;
  for (const ZipMember& member : archive.members()) {
    if (!member.name.ends_with(kSuffix)) continue;
    const std::string start = archive.start(member, kMostHeader);
    arrays.push_back({&member, name_of(member), read_npy_header(label(archive, member), start)});
  }
  return arrays;
}

std::string extents(const std::vector<int64_t>& shape) {
  std::string text;
  for (const int64_t extent : shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

std::string list_matrices(const std::vector<Array>& arrays) {
  constexpr size_t kMost = 8;
  std::string list;
  size_t count = 0;
  for (const Array& array : arrays) {
    if (array.header.shape.size() != 2) continue;
    if (++count > kMost) continue;
    list += (list.empty() ? "" : ", ") + printable(array.name, 120) + " [" + extents(array.header.shape) + "]";
  }
  if (count == 0) return "it holds no matrix (an array of two dimensions)";
  if (count > kMost) list += ", and " + std::to_string(count - kMost) + " more";
  return "choose one with #NAME: " + list;
}

const Array& choose(const std::string& path, const std::vector<Array>& arrays, std::string_view wanted, bool pairs) {
  if (!wanted.empty()) {
    const auto found = std::ranges::find_if(
        arrays, [&](const Array& array) { return array.name == wanted || array.member->name == wanted; });
    if (found == arrays.end()) refuse(path, "has no array " + in_quotes(wanted) + "; " + list_matrices(arrays));
    return *found;
  }
  const auto is_matrix = [&](const Array& array) {
    return array.header.shape.size() == 2 || (pairs && array.header.shape.size() == 1);
  };
  if (std::ranges::count_if(arrays, is_matrix) != 1) {
    refuse(path, "which array is the embedding cannot be told; " + list_matrices(arrays));
  }
  return *std::ranges::find_if(arrays, is_matrix);
}

}  // namespace

bool is_npz(std::string_view start) {
  constexpr size_t kNameLengthAt = 26;  // of the first member
  constexpr size_t kNameAt = 30;
  if (!start.starts_with("PK\x03\x04") || start.size() < kNameAt) return false;
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(start[i])); };
  const std::string_view name = start.substr(kNameAt, byte(kNameLengthAt) | byte(kNameLengthAt + 1) << 8);
  return name.ends_with(kSuffix);
}

void read_npz(const Source& source, Embedding& embedding) {
  const ZipArchive archive(source.file);
  const std::vector<Array> arrays = arrays_of(archive);
  for (const Array& array : arrays) embedding.tensors.push_back({array.name, array.header.descr, array.header.shape});
  const Array& chosen = choose(archive.path(), arrays, source.member, source.options.pairs);
  embedding.tensor = chosen.name;
  NpySource bytes{label(archive, *chosen.member), {}, source.file, source.options.pairs};
  if (chosen.member->method == ZipMember::kStored) {
    bytes.bytes = archive.stored(*chosen.member, true);
  } else {
    const int64_t size = chosen.member->size;
    if (size > source.options.most_memory) {
      throw OutOfMemory(printable(bytes.path, 4096) + ": its " + std::to_string(size) +
                        " unpacked bytes are more than the memory there is; save it with np.savez, uncompressed");
    }
    const auto unpacked = archive.unpacked(*chosen.member);
    bytes.bytes = {unpacked.get(), static_cast<size_t>(size)};
    bytes.owner = unpacked;
  }
  embedding.matrix = read_npy(bytes);
  embedding.converted = embedding.matrix.owner != source.file;
}

}  // namespace gramian::host
