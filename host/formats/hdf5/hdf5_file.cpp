#include "host/formats/hdf5/hdf5_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/named_matrix.hpp"

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

std::optional<ElementType> whole_number(const Hdf5Library& library, hid_t type) {
  const size_t size = library.get_size(type);
  if (library.get_precision(type) != 8 * size || library.get_bit_offset(type) != 0) return std::nullopt;
  const H5T_sign_t sign = library.get_sign(type);
  if (sign != H5T_SGN_2 && sign != H5T_SGN_NONE) return std::nullopt;
  const bool negative = sign == H5T_SGN_2;
  switch (size) {
    case 1:
      return negative ? ElementType::i8 : ElementType::u8;
    case 2:
      return negative ? ElementType::i16 : ElementType::u16;
    case 4:
      return negative ? ElementType::i32 : ElementType::u32;
    case 8:
      return negative ? ElementType::i64 : ElementType::u64;
    default:
      return std::nullopt;
  }
}

std::optional<ElementType> real_number(const Hdf5Library& library, hid_t type) {
  struct Form {
    ElementType type;
    size_t exponent_at;
    size_t exponent_bits;
    size_t bias;
  };
  constexpr std::array<Form, 4> kForms = {{{ElementType::f64, 52, 11, 1023},
                                           {ElementType::f32, 23, 8, 127},
                                           {ElementType::f16, 10, 5, 15},
                                           {ElementType::bf16, 7, 8, 127}}};
  size_t sign = 0;
  size_t exponent_at = 0;
  size_t exponent_bits = 0;
  size_t mantissa_at = 0;
  size_t mantissa_bits = 0;
  if (library.get_fields(type, &sign, &exponent_at, &exponent_bits, &mantissa_at, &mantissa_bits) < 0) return {};
  for (const Form& form : kForms) {
    const size_t bits = 8 * static_cast<size_t>(element_size(form.type));
    // A type that is damaged in what is not looked at is converted by libhdf5, beyond the ends of its buffers.
    if (8 * library.get_size(type) == bits && library.get_precision(type) == bits &&
        library.get_bit_offset(type) == 0 && sign == bits - 1 && exponent_at == form.exponent_at &&
        exponent_bits == form.exponent_bits && mantissa_at == 0 && mantissa_bits == form.exponent_at &&
        library.get_bias(type) == form.bias) {
      return form.type;
    }
  }
  return std::nullopt;
}

std::optional<ElementType> element_type(const Hdf5Library& library, hid_t type) {
  const H5T_class_t kind = library.get_class(type);
  if (kind == H5T_INTEGER) return whole_number(library, type);
  if (kind == H5T_FLOAT) return real_number(library, type);
  return std::nullopt;
}

std::string type_name(const Hdf5Library& library, hid_t type) {
  if (const auto element = element_type(library, type)) return std::string(element_name(*element));
  switch (library.get_class(type)) {
    case H5T_STRING:
      return "text";
    case H5T_COMPOUND:
      return "compound";
    case H5T_ENUM:
      return "enumeration";
    case H5T_VLEN:
      return "lists";
    default:
      return "other";
  }
}

}  // namespace

/// One dataset, opened.
struct Hdf5File::Dataset {
  Dataset(const Hdf5Library& library, hid_t file, const std::string& path)
      : name(path),
        id(library.open_dataset(file, path.c_str(), H5P_DEFAULT), library.close_dataset),
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

  std::string name;
  Hdf5Id id;
  Hdf5Id space;
  Hdf5Id type;
  Hdf5Id creation;
  std::vector<int64_t> shape;
  bool readable = false;
};

Hdf5File::Hdf5File(std::shared_ptr<const MappedFile> file) : file_(std::move(file)), library_(Hdf5Library::get()) {
  id_ = std::make_unique<Hdf5Id>(open_mapped(library_, *file_), library_.close_file);
  if (!id_->open()) refuse(path(), "is an HDF5 file that is damaged or cut off; copy or download it again");
  list();
}

void Hdf5File::list() {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5O_info_t* info, void* found) -> herr_t {
    if (info->type == H5O_TYPE_DATASET) static_cast<std::vector<std::string>*>(found)->push_back(name);
    return 0;
  };
  if (library_.visit(id_->get(), H5_INDEX_NAME, H5_ITER_NATIVE, visit, &names, H5O_INFO_BASIC) < 0) {
    refuse(path(), "is an HDF5 file whose groups are damaged; copy or download it again");
  }
  std::ranges::sort(names);
  bool any = names.empty();
  for (const std::string& name : names) {
    const Dataset dataset(library_, id_->get(), "/" + name);
    any = any || dataset.readable;
    datasets_.push_back({dataset.name, dataset.readable ? type_name(library_, dataset.type.get()) : "not understood",
                         dataset.readable ? dataset.shape : std::vector<int64_t>()});
  }
  if (!any) refuse_unreadable(datasets_.front().name);
}

void Hdf5File::refuse_unreadable(const std::string& name) const {
  refuse_dataset(
      name,
      "is damaged, or in a form newer than the libhdf5 that is installed here; copy or download the file again, "
      "or write it by h5py.File(..., libver='v110')");
}

void Hdf5File::refuse_dataset(const std::string& name, const std::string& what) const {
  refuse(path(), "dataset " + in_quotes(name) + " " + what);
}

void Hdf5File::require_own(const Dataset& dataset) const {
  const H5D_layout_t layout = library_.get_layout(dataset.creation.get());
  if (layout == H5D_VIRTUAL || library_.get_external_count(dataset.creation.get()) != 0) {
    refuse_dataset(dataset.name, "has its numbers in other files; copy it into one file: h5repack");
  }
  if (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED && layout != H5D_COMPACT) {
    refuse_dataset(dataset.name, "is damaged; copy or download the file again");
  }
}

Matrix Hdf5File::matrix(const std::string& name, const ReadOptions& options) const {
  const Dataset dataset(library_, id_->get(), name);
  if (!dataset.readable) refuse_unreadable(name);
  const std::string remedy = "; choose another one with #/PATH";
  if (dataset.shape.size() != 2) {
    refuse_dataset(name, "has " + std::to_string(dataset.shape.size()) + " dimensions, not 2" + remedy);
  }
  const auto type = element_type(library_, dataset.type.get());
  if (!type) {
    refuse_dataset(name, "holds " + type_name(library_, dataset.type.get()) +
                             ", not real numbers of a known type; save it as float32");
  }
  const int64_t rows = dataset.shape[0];
  const int64_t cols = dataset.shape[1];
  if (rows == 0 || cols == 0) refuse_dataset(name, "is empty" + remedy);
  require_own(dataset);
  if (library_.get_storage_size(dataset.id.get()) == 0) refuse_dataset(name, "was never written: it holds no number");
  const haddr_t offset = library_.get_offset(dataset.id.get());
  const bool little = element_size(*type) == 1 || library_.get_order(dataset.type.get()) == H5T_ORDER_LE;
  if (offset == HADDR_UNDEF || !little) return unpacked(dataset, options);
  int64_t bytes = 0;
  if (__builtin_mul_overflow(rows, cols, &bytes) || __builtin_mul_overflow(bytes, element_size(*type), &bytes) ||
      bytes > file_->size() || offset > static_cast<haddr_t>(file_->size() - bytes)) {
    refuse_dataset(name, "reaches beyond the end of the file; copy or download it again");
  }
  return {{file_->data() + offset, *type, rows, cols, cols}, file_};
}

Matrix Hdf5File::unpacked(const Dataset& dataset, const ReadOptions& options) const {
  const int64_t rows = dataset.shape[0];
  const int64_t cols = dataset.shape[1];
  const ElementType type = *element_type(library_, dataset.type.get());
  // deflate packs 1032 bytes into one at best; the rest is room for what was left out as equal to a fill value.
  constexpr int64_t kMostPacked = 4096;
  int64_t bytes = 0;
  if (__builtin_mul_overflow(rows, cols, &bytes) || __builtin_mul_overflow(bytes, element_size(type), &bytes) ||
      bytes / kMostPacked > file_->size()) {
    refuse_dataset(dataset.name, "promises " + std::to_string(rows) + " x " + std::to_string(cols) +
                                     " numbers, more than this file can hold; write or download it again");
  }
  if (bytes > options.most_memory) {
    throw OutOfMemory(printable(path(), 4096) + ": its " + std::to_string(bytes) +
                      " unpacked bytes are more than the memory there is; save the dataset without chunks");
  }
  const ValueBuffer buffer = allocate_values(path(), type, rows, cols);
  // In the byte order of the machine, else bit for bit as it is stored.
  const Hdf5Id memory(library_.copy_type(dataset.type.get()), library_.close_type);
  if (!memory.open() || (element_size(type) > 1 && library_.set_order(memory.get(), H5T_ORDER_LE) < 0)) {
    refuse_dataset(dataset.name, "has a byte order that is not understood; save it as float32");
  }
  std::array<hsize_t, 2> chunk = {1, 1};
  if (library_.get_layout(dataset.creation.get()) == H5D_CHUNKED) {
    library_.get_chunk(dataset.creation.get(), 2, chunk.data());
  }
  constexpr int64_t kAtOnce = int64_t{16} << 20;
  const int64_t high = std::clamp<int64_t>(static_cast<int64_t>(std::min<hsize_t>(chunk[0], 1U << 30)), 1, rows);
  const int64_t block = std::min(rows, std::max<int64_t>(1, kAtOnce / (bytes / rows) / high) * high);
  for (int64_t begin = 0; begin < rows; begin += block) {
    if (options.progress.cancelled && options.progress.cancelled()) throw Interrupted("interrupted");
    const int64_t count = std::min(block, rows - begin);
    const std::array<hsize_t, 2> from = {static_cast<hsize_t>(begin), 0};
    const std::array<hsize_t, 2> extents = {static_cast<hsize_t>(count), static_cast<hsize_t>(cols)};
    const Hdf5Id here(library_.create_space(2, extents.data(), nullptr), library_.close_space);
    std::byte* const to = buffer.bytes.get() + begin * cols * element_size(type);
    if (!here.open() ||
        library_.select_rows(dataset.space.get(), H5S_SELECT_SET, from.data(), nullptr, extents.data(), nullptr) < 0 ||
        library_.read(dataset.id.get(), memory.get(), here.get(), dataset.space.get(), H5P_DEFAULT, to) < 0) {
      refuse_dataset(dataset.name,
                     "cannot be unpacked: a chunk is damaged or cut off, or packed by a filter that "
                     "libhdf5 itself does not have; copy the file again, or h5repack -f GZIP=6");
    }
    if (options.progress.report) options.progress.report(begin + count, rows);
  }
  return buffer.matrix();
}

}  // namespace gramian::host
