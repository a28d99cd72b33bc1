#include "host/formats/hdf5/dataset.hpp"

#include "engine/error.hpp"
#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

constexpr uint8_t kNoType = 0xff;

template <class T>
void append(std::string& bytes, T number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_text(std::string& bytes, std::string_view text) {
  append(bytes, uint64_t{text.size()});
  bytes += text;
}

void append_dataset(std::string& bytes, const Hdf5Dataset& dataset) {
  append_text(bytes, dataset.name);
  append_text(bytes, dataset.dtype);
  append(bytes, uint64_t{dataset.shape.size()});
  for (const int64_t extent : dataset.shape) append(bytes, extent);
  append(bytes, static_cast<uint8_t>(dataset.readable));
  append(bytes, dataset.type ? static_cast<uint8_t>(*dataset.type) : kNoType);
  append(bytes, static_cast<uint8_t>(dataset.place));
  append(bytes, dataset.offset);
}

void require(bool holds) {
  if (!holds) throw InvalidInput("no dataset");
}

int64_t take_not_below_zero(ByteReader& bytes) {
  const auto number = bytes.number<int64_t>("a dataset");
  require(number >= 0);
  return number;
}

/// A number from 0 to `last`.
uint8_t take_choice(ByteReader& bytes, uint8_t last) {
  const auto number = bytes.number<uint8_t>("a dataset");
  require(number <= last);
  return number;
}

std::string take_text(ByteReader& bytes) {
  const auto size = bytes.number<uint64_t>("a dataset");
  return std::string(bytes.take(size, "a dataset"));
}

Hdf5Dataset take_dataset(ByteReader& bytes) {
  Hdf5Dataset dataset;
  dataset.name = take_text(bytes);
  dataset.dtype = take_text(bytes);
  constexpr uint64_t kMostDimensions = 32;  // libhdf5's own
  const auto dimensions = bytes.number<uint64_t>("a dataset");
  require(dimensions <= kMostDimensions);
  for (uint64_t i = 0; i < dimensions; ++i) dataset.shape.push_back(take_not_below_zero(bytes));
  dataset.readable = take_choice(bytes, 1) == 1;
  const auto type = bytes.number<uint8_t>("a dataset");
  if (type != kNoType) {
    require(type <= static_cast<uint8_t>(ElementType::u64));
    dataset.type = static_cast<ElementType>(type);
  }
  dataset.place =
      static_cast<Hdf5Dataset::Place>(take_choice(bytes, static_cast<uint8_t>(Hdf5Dataset::Place::unknown)));
  dataset.offset = take_not_below_zero(bytes);
  return dataset;
}

}  // namespace

std::string to_bytes(const std::vector<Hdf5Dataset>& datasets) {
  std::string bytes;
  for (const Hdf5Dataset& dataset : datasets) append_dataset(bytes, dataset);
  return bytes;
}

std::vector<Hdf5Dataset> datasets_from_bytes(std::string_view path, std::string_view bytes) {
  try {
    ByteReader rest(path, bytes);
    std::vector<Hdf5Dataset> datasets;
    while (rest.remaining() > 0) datasets.push_back(take_dataset(rest));
    return datasets;
  } catch (const InvalidInput&) {
    refuse(path, "is an HDF5 file whose datasets are damaged; copy or download it again");
  }
}

void refuse_dataset(std::string_view path, std::string_view name, const std::string& what) {
  refuse(path, "dataset " + in_quotes(name) + " " + what);
}

void refuse_unreadable(std::string_view path, std::string_view name) {
  refuse_dataset(
      path, name,
      "is damaged, or in a form newer than the libhdf5 that is installed here; copy or download the file again, "
      "or write it by h5py.File(..., libver='v110')");
}

}  // namespace gramian::host
