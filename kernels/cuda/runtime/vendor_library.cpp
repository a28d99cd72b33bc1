#include "kernels/cuda/runtime/vendor_library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/library_folders.hpp"

namespace gramian::cuda {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Null where no folder has it; `why` is the loader's last word.
void* open(const VendorLibrary& library, std::string& why) {
  // Opened again where it is open already, which costs nothing; never closed, like a library that was linked. A library
  // that needs another of them finds it by its name, since that one was opened before.
  const auto try_to_open = [&why](const std::string& file) {
    void* const handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) why = dlerror();
    return handle;
  };
  if (void* const handle = try_to_open(library.file)) return handle;
  for (const std::string& folder : library_folders(environment)) {
    const std::string file = folder + "/" + library.file;
    if (access(file.c_str(), R_OK) != 0) continue;
    if (void* const handle = try_to_open(file)) return handle;
  }
  return nullptr;
}

}  // namespace

void* vendor_entry(const VendorLibrary& library, const char* symbol) {
  std::string why;
  void* const handle = open(library, why);
  if (handle == nullptr) {
    throw DeviceUnavailable(std::string(library.name) + " is not to be found (" + why + "); `pip install " +
                            library.wheels +
                            "` brings it, as does the CUDA Toolkit; LD_LIBRARY_PATH can name its folder");
  }
  void* const entry = dlsym(handle, symbol);
  if (entry == nullptr) {
    throw DeviceUnavailable(std::string(library.name) + " (" + library.file + ") has no " + symbol +
                            "; this program needs that of the CUDA Toolkit it was built with");
  }
  return entry;
}

}  // namespace gramian::cuda
