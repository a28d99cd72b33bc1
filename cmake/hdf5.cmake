# Headers of libhdf5 to build with, and the name by which the library is loaded when it is needed: nothing links it.
pkg_search_module(HDF5 REQUIRED hdf5-serial hdf5)
find_library(GRAMIAN_HDF5 NAMES hdf5 HINTS ${HDF5_LIBRARY_DIRS} NO_DEFAULT_PATH)
find_library(GRAMIAN_HDF5 NAMES hdf5_serial hdf5 REQUIRED)
mark_as_advanced(GRAMIAN_HDF5)
# libhdf5_serial.so.103 of libhdf5_serial.so.103.3.1: the name of one binary interface.
file(REAL_PATH ${GRAMIAN_HDF5} library)
get_filename_component(library ${library} NAME)
string(REGEX MATCH "^.*\\.so\\.[0-9]+" GRAMIAN_HDF5_LIBRARY ${library})
if(NOT GRAMIAN_HDF5_LIBRARY)
  message(FATAL_ERROR "libhdf5: no version in the name of ${library}")
endif()
