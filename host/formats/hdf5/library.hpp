#pragma once
// libhdf5, loaded when the first such file is opened: with it come the libraries of its network drivers (curl,
// Kerberos, LDAP), which would cost 9 ms at every start and have no business in a program that reads local files.

#include <hdf5.h>

#include <memory>

namespace gramian::host {

/// The functions that are used, by their own names.
struct Hdf5Library {
  decltype(&H5open) open;
  decltype(&H5Eset_auto2) set_error_printing;
  decltype(&H5PLset_loading_state) set_plugin_loading;
  decltype(&H5Pcreate) create_properties;
  decltype(&H5Pclose) close_properties;
  decltype(&H5Pset_fapl_core) set_core_driver;
  decltype(&H5Pset_file_image_callbacks) set_image_callbacks;
  decltype(&H5Pset_file_image) set_image;
  decltype(&H5Pget_layout) get_layout;
  decltype(&H5Pget_chunk) get_chunk;
  decltype(&H5Pget_nfilters) get_filter_count;
  decltype(&H5Pget_external_count) get_external_count;
  decltype(&H5Fopen) open_file;
  decltype(&H5Fclose) close_file;
  decltype(&H5Ovisit2) visit;
  decltype(&H5Dopen2) open_dataset;
  decltype(&H5Dclose) close_dataset;
  decltype(&H5Dget_space) get_space;
  decltype(&H5Dget_type) get_type;
  decltype(&H5Dget_create_plist) get_creation;
  decltype(&H5Dget_offset) get_offset;
  decltype(&H5Dget_storage_size) get_storage_size;
  decltype(&H5Dread) read;
  decltype(&H5Screate_simple) create_space;
  decltype(&H5Sclose) close_space;
  decltype(&H5Sget_simple_extent_ndims) get_dimensions;
  decltype(&H5Sget_simple_extent_dims) get_extents;
  decltype(&H5Sselect_hyperslab) select_rows;
  decltype(&H5Tclose) close_type;
  decltype(&H5Tcopy) copy_type;
  decltype(&H5Tget_class) get_class;
  decltype(&H5Tget_size) get_size;
  decltype(&H5Tget_order) get_order;
  decltype(&H5Tset_order) set_order;
  decltype(&H5Tget_precision) get_precision;
  decltype(&H5Tget_offset) get_bit_offset;
  decltype(&H5Tget_sign) get_sign;
  decltype(&H5Tget_fields) get_fields;
  decltype(&H5Tget_ebias) get_bias;
  hid_t file_access = -1;  // the class of properties by which a file is opened

  /// Loaded at the first call. Throws Unsupported where it is not installed, saying which package has it.
  static const Hdf5Library& get();
};

/// An identifier of the library's that is closed by one of its functions.
class Hdf5Id {
 public:
  Hdf5Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Hdf5Id(const Hdf5Id&) = delete;
  Hdf5Id& operator=(const Hdf5Id&) = delete;
  ~Hdf5Id() {
    if (id_ >= 0) close_(id_);
  }
  hid_t get() const { return id_; }
  bool open() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

}  // namespace gramian::host
