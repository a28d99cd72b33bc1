#include "host/formats/hdf5/reading.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "host/formats/files/message.hpp"
#include "host/formats/hdf5/element_types.hpp"

namespace gramian::host {
namespace {

// The library takes a file in memory by callbacks that allocate, copy and free it. These hand out the mapping itself,
// which is only read: nothing is copied.
void* allocate_image(size_t /*size*/, H5FD_file_image_op_t /*op*/, void* mapped) { return mapped; }
void* copy_image(void* to, const void* from, size_t size, H5FD_file_image_op_t /*op*/, void* /*mapped*/) {
  return to == from ? to : std::memcpy(to, from, size);
}
void* resize_image(void* /*image*/, size_t /*size*/, H5FD_file_image_op_t /*op*/, void* /*mapped*/) { return nullptr; }
herr_t free_image(void* /*image*/, H5FD_file_image_op_t /*op*/, void* /*mapped*/) { return 0; }
void* copy_reference(void* mapped) { return mapped; }
herr_t free_reference(void* /*mapped*/) { return 0; }

hid_t open_mapped(const Hdf5Library& library, const MappedFile& file) {
  const Hdf5Id properties(library.create_properties(library.file_access), library.close_properties);
  void* const bytes = const_cast<std::byte*>(file.data());
  H5FD_file_image_callbacks_t callbacks{allocate_image, copy_image,     resize_image, free_image,
                                        copy_reference, free_reference, bytes};
  constexpr size_t kGrowth = 65536;
  const bool set = properties.open() && library.set_core_driver(properties.get(), kGrowth, 0) >= 0 &&
                   library.set_image_callbacks(properties.get(), &callbacks) >= 0 &&
                   library.set_image(properties.get(), bytes, static_cast<size_t>(file.size())) >= 0;
  // H5F_ACC_RDONLY, whose macro calls a library that is linked. A name that no file has is asked for.
  constexpr unsigned kReadOnly = 0;
  return set ? library.open_file("/dev/null/mapped", kReadOnly, properties.get()) : -1;
}

/// Seconds of a processor's time within which `bytes` are read. It is a hundred times what that takes: only what goes
/// round in a circle needs longer.
int64_t patience(int64_t bytes) {
  constexpr int64_t kLeast = 1;
  constexpr int64_t kBytesInASecond = int64_t{4} << 20;
  return kLeast + bytes / kBytesInASecond;
}

/// The file, opened.
struct OpenFile {
  OpenFile(const Hdf5Library& from, const MappedFile& file, const OwnProcess& own)
      : library(from), process(own), size(file.size()), id(open(file), library.close_file) {
    if (id.open()) return;
    refuse(file.path(), "is an HDF5 file that is damaged or cut off; copy or download it again");
  }
  /// What follows may take as long as the whole file.
  void allow() const { process.allow(patience(size)); }

  const Hdf5Library& library;
  const OwnProcess& process;
  int64_t size;  // bytes
  Hdf5Id id;

 private:
  hid_t open(const MappedFile& file) const {
    allow();
    // What goes wrong is told by its return values, and no filter is loaded from elsewhere because a file names it.
    library.set_error_printing(H5E_DEFAULT, nullptr, nullptr);
    library.set_plugin_loading(0);
    return open_mapped(library, file);
  }
};

/// One dataset, opened.
struct OpenDataset {
  OpenDataset(const OpenFile& file, const std::string& name)
      : library(file.library),
        id(library.open_dataset(file.id.get(), name.c_str(), H5P_DEFAULT), library.close_dataset),
        space(id.open() ? library.get_space(id.get()) : -1, library.close_space),
        type(id.open() ? library.get_type(id.get()) : -1, library.close_type),
        creation(id.open() ? library.get_creation(id.get()) : -1, library.close_properties) {
    if (!whole()) return;
    const int count = library.get_dimensions(space.get());
    std::vector<hsize_t> extents(static_cast<size_t>(std::max(0, count)));
    if (count < 0 || (count > 0 && library.get_extents(space.get(), extents.data(), nullptr) != count)) return;
    for (const hsize_t extent : extents) {
      if (!std::in_range<int64_t>(extent)) return;
      shape.push_back(static_cast<int64_t>(extent));
    }
    readable = true;
  }
  bool whole() const { return id.open() && space.open() && type.open() && creation.open(); }
  bool written() const { return library.get_storage_size(id.get()) != 0; }

  const Hdf5Library& library;
  Hdf5Id id;
  Hdf5Id space;
  Hdf5Id type;
  Hdf5Id creation;
  std::vector<int64_t> shape;
  bool readable = false;
};

/// Where the numbers of `found` are, into `told`. Whether chunks were written is left open: it is asked of all of them.
void find_place(const OpenDataset& found, Hdf5Dataset& told) {
  using Place = Hdf5Dataset::Place;
  const Hdf5Library& library = found.library;
  const H5D_layout_t layout = library.get_layout(found.creation.get());
  if (layout == H5D_VIRTUAL || library.get_external_count(found.creation.get()) != 0) {
    told.place = Place::elsewhere;
  } else if (layout == H5D_CHUNKED) {
    told.place = Place::packed;
  } else if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) {
    told.place = Place::unknown;
  } else if (!found.written()) {
    told.place = Place::unwritten;
  } else {
    const haddr_t offset = library.get_offset(found.id.get());
    const bool little =
        (told.type && element_size(*told.type) == 1) || library.get_order(found.type.get()) == H5T_ORDER_LE;
    const bool mapped = offset != HADDR_UNDEF && little;
    told.place = mapped ? Place::mapped : Place::packed;
    // A place that no file reaches stands for one that no number can say.
    if (mapped) told.offset = std::in_range<int64_t>(offset) ? static_cast<int64_t>(offset) : INT64_MAX;
  }
}

Hdf5Dataset describe(const OpenFile& file, const std::string& name) {
  const OpenDataset found(file, name);
  Hdf5Dataset told;
  told.name = name;
  told.dtype = "not understood";
  told.readable = found.readable;
  if (!found.readable) return told;
  told.dtype = hdf5_type_name(file.library, found.type.get());
  told.shape = found.shape;
  told.type = hdf5_element_type(file.library, found.type.get());
  find_place(found, told);
  return told;
}

/// What is found on the way through a file.
struct Visit {
  const OpenFile& file;
  std::vector<std::string> names;
};

/// How many rows are read at once: 16 MB, and whole chunks.
int64_t block_of_rows(const OpenDataset& dataset, int64_t bytes, std::array<hsize_t, 2>& chunk) {
  chunk = {1, 1};
  const int64_t rows = dataset.shape[0];
  if (dataset.library.get_layout(dataset.creation.get()) == H5D_CHUNKED) {
    dataset.library.get_chunk(dataset.creation.get(), 2, chunk.data());
  }
  constexpr int64_t kAtOnce = int64_t{16} << 20;
  const int64_t high = std::clamp<int64_t>(static_cast<int64_t>(std::min<hsize_t>(chunk[0], 1U << 30)), 1, rows);
  return std::min(rows, std::max<int64_t>(1, kAtOnce / (bytes / rows) / high) * high);
}

/// Bytes of the chunks that count x cols numbers of `size` bytes lie in, which may reach far beyond them.
int64_t unpacked_bytes(const MappedFile& file, const std::array<hsize_t, 2>& chunk, int64_t count, int64_t cols,
                       int64_t size) {
  const auto covered = [](int64_t extent, hsize_t step) {
    const double width = static_cast<double>(std::max<hsize_t>(1, step));
    return std::ceil(static_cast<double>(extent) / width) * width;
  };
  constexpr double kMostPacked = 1032;  // into one byte, by deflate
  const double bytes = covered(count, chunk[0]) * covered(cols, chunk[1]) * static_cast<double>(size);
  return count * cols * size + static_cast<int64_t>(std::min(bytes, kMostPacked * static_cast<double>(file.size())));
}

void require_written(const OpenDataset& opened, const MappedFile& file, const Hdf5Dataset& dataset) {
  // It is the same file, but another process may have written to it.
  const bool same = opened.readable && opened.shape == dataset.shape &&
                    hdf5_element_type(opened.library, opened.type.get()) == dataset.type;
  if (!same) refuse_unreadable(file.path(), dataset.name);
  if (!opened.written()) refuse_dataset(file.path(), dataset.name, "was never written: it holds no number");
}

}  // namespace

std::vector<Hdf5Dataset> list_hdf5(const Hdf5Library& library, const MappedFile& file, const OwnProcess& process) {
  const OpenFile opened(library, file, process);
  Visit visit{opened, {}};
  const auto on_object = [](hid_t, const char* name, const H5O_info_t* info, void* context) -> herr_t {
    auto& here = *static_cast<Visit*>(context);
    here.file.allow();
    if (info->type == H5O_TYPE_DATASET) here.names.push_back(name);
    return 0;
  };
  if (library.visit(opened.id.get(), H5_INDEX_NAME, H5_ITER_NATIVE, on_object, &visit, H5O_INFO_BASIC) < 0) {
    refuse(file.path(), "is an HDF5 file whose groups are damaged; copy or download it again");
  }
  std::ranges::sort(visit.names);
  std::vector<Hdf5Dataset> datasets;
  for (const std::string& name : visit.names) {
    opened.allow();
    datasets.push_back(describe(opened, "/" + name));
  }
  return datasets;
}

void require_written(const Hdf5Library& library, const MappedFile& file, const Hdf5Dataset& dataset,
                     const OwnProcess& process) {
  const OpenFile opened(library, file, process);
  require_written(OpenDataset(opened, dataset.name), file, dataset);
}

void unpack_hdf5(const Hdf5Library& library, const MappedFile& file, const Hdf5Dataset& dataset, std::byte* values,
                 const OwnProcess& process) {
  const OpenFile opened(library, file, process);
  const OpenDataset found(opened, dataset.name);
  require_written(found, file, dataset);
  const int64_t size = element_size(*dataset.type);
  const int64_t rows = dataset.shape[0];
  const int64_t cols = dataset.shape[1];
  // In the byte order of the machine, else bit for bit as it is stored.
  const Hdf5Id memory(library.copy_type(found.type.get()), library.close_type);
  if (!memory.open() || (size > 1 && library.set_order(memory.get(), H5T_ORDER_LE) < 0)) {
    refuse_dataset(file.path(), dataset.name, "has a byte order that is not understood; save it as float32");
  }
  std::array<hsize_t, 2> chunk;
  const int64_t block = block_of_rows(found, rows * cols * size, chunk);
  for (int64_t begin = 0; begin < rows; begin += block) {
    const int64_t count = std::min(block, rows - begin);
    process.allow(patience(file.size() + unpacked_bytes(file, chunk, count, cols, size)));
    const std::array<hsize_t, 2> from = {static_cast<hsize_t>(begin), 0};
    const std::array<hsize_t, 2> extents = {static_cast<hsize_t>(count), static_cast<hsize_t>(cols)};
    const Hdf5Id here(library.create_space(2, extents.data(), nullptr), library.close_space);
    std::byte* const to = values + begin * cols * size;
    if (!here.open() ||
        library.select_rows(found.space.get(), H5S_SELECT_SET, from.data(), nullptr, extents.data(), nullptr) < 0 ||
        library.read(found.id.get(), memory.get(), here.get(), found.space.get(), H5P_DEFAULT, to) < 0) {
      refuse_dataset(file.path(), dataset.name,
                     "cannot be unpacked: a chunk is damaged or cut off, or packed by a filter that "
                     "libhdf5 itself does not have; copy the file again, or h5repack -f GZIP=6");
    }
    process.report(begin + count, rows);
  }
}

}  // namespace gramian::host
