#include "kernels/cuda/runtime/vendor_library.hpp"

#include <dlfcn.h>

#include <string>

#include "engine/error.hpp"

namespace gramian::cuda {

void* vendor_entry(const VendorLibrary& library, const char* symbol) {
  // Opened again where it is open already, which costs nothing; never closed, like a library that was linked.
  void* const handle = dlopen(library.file, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    throw DeviceUnavailable(std::string(library.name) + " is not to be found (" + dlerror() +
                            "); install the CUDA Toolkit's libraries, or name their folder in LD_LIBRARY_PATH");
  }
  void* const entry = dlsym(handle, symbol);
  if (entry == nullptr) {
    throw DeviceUnavailable(std::string(library.name) + " (" + library.file + ") has no " + symbol +
                            "; this program needs that of the CUDA Toolkit it was built with");
  }
  return entry;
}

}  // namespace gramian::cuda
