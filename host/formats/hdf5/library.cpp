#include "host/formats/hdf5/library.hpp"

#include <dlfcn.h>

#include <string>

#include "engine/error.hpp"

namespace gramian::host {
namespace {

[[noreturn]] void refuse_library(const char* why) {
  throw Unsupported(std::string("HDF5 files are read by the library ") + GRAMIAN_HDF5_LIBRARY +
                    ", which cannot be loaded (" + (why != nullptr ? why : "no reason given") +
                    "); install it (Debian: libhdf5-103-1), or save the matrix as .npy");
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  void* const symbol = ::dlsym(library, name);
  if (symbol == nullptr) refuse_library(::dlerror());
  function = reinterpret_cast<Function>(symbol);
}

Hdf5Library load() {
  // It stays loaded: closing a library that keeps files and threads of its own is asking for trouble.
  void* const from = ::dlopen(GRAMIAN_HDF5_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (from == nullptr) refuse_library(::dlerror());
  Hdf5Library library{};
  find(from, "H5open", library.open);
  find(from, "H5Eset_auto2", library.set_error_printing);
  find(from, "H5PLset_loading_state", library.set_plugin_loading);
  find(from, "H5Pcreate", library.create_properties);
  find(from, "H5Pclose", library.close_properties);
  find(from, "H5Pset_fapl_core", library.set_core_driver);
  find(from, "H5Pset_file_image_callbacks", library.set_image_callbacks);
  find(from, "H5Pset_file_image", library.set_image);
  find(from, "H5Pget_layout", library.get_layout);
  find(from, "H5Pget_chunk", library.get_chunk);
  find(from, "H5Pget_nfilters", library.get_filter_count);
  find(from, "H5Pget_external_count", library.get_external_count);
  find(from, "H5Fopen", library.open_file);
  find(from, "H5Fclose", library.close_file);
  find(from, "H5Ovisit2", library.visit);
  find(from, "H5Dopen2", library.open_dataset);
  find(from, "H5Dclose", library.close_dataset);
  find(from, "H5Dget_space", library.get_space);
  find(from, "H5Dget_type", library.get_type);
  find(from, "H5Dget_create_plist", library.get_creation);
  find(from, "H5Dget_offset", library.get_offset);
  find(from, "H5Dget_storage_size", library.get_storage_size);
  find(from, "H5Dread", library.read);
  find(from, "H5Screate_simple", library.create_space);
  find(from, "H5Sclose", library.close_space);
  find(from, "H5Sget_simple_extent_ndims", library.get_dimensions);
  find(from, "H5Sget_simple_extent_dims", library.get_extents);
  find(from, "H5Sselect_hyperslab", library.select_rows);
  find(from, "H5Tclose", library.close_type);
  find(from, "H5Tcopy", library.copy_type);
  find(from, "H5Tget_class", library.get_class);
  find(from, "H5Tget_size", library.get_size);
  find(from, "H5Tget_order", library.get_order);
  find(from, "H5Tset_order", library.set_order);
  find(from, "H5Tget_precision", library.get_precision);
  find(from, "H5Tget_offset", library.get_bit_offset);
  find(from, "H5Tget_sign", library.get_sign);
  find(from, "H5Tget_fields", library.get_fields);
  find(from, "H5Tget_ebias", library.get_bias);
  if (library.open() < 0) refuse_library("it does not start");
  const hid_t* file_access = nullptr;
  find(from, "H5P_CLS_FILE_ACCESS_ID_g", file_access);  // set by open
  library.file_access = *file_access;
  return library;
}

}  // namespace

const Hdf5Library& Hdf5Library::get() {
  static const Hdf5Library library = load();
  return library;
}

}  // namespace gramian::host
