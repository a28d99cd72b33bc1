#include "kernels/cuda/runtime/library_folders.hpp"

#include <algorithm>
#include <system_error>

namespace gramian::cuda {
namespace {

namespace fs = std::filesystem;

/// Entries of `folder` whose name begins with `prefix`, the last name first, so that a later version comes first.
std::vector<fs::path> entries(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().starts_with(prefix)) found.push_back(at->path());
  }
  std::ranges::sort(found, std::greater<>());
  return found;
}

class Folders {
 public:
  void add(const fs::path& folder) {
    std::error_code error;
    if (folder.is_absolute() && fs::is_directory(folder, error)) found_.push_back(folder.string());
  }
  /// Wheels of CUDA 13 share a folder; earlier ones have one each.
  void add_wheels(const fs::path& packages) {
    for (const fs::path& package : entries(packages / "nvidia", "")) add(package / "lib");
  }
  void add_python(const fs::path& prefix) {
    if (!prefix.is_absolute()) return;
    for (const fs::path& python : entries(prefix / "lib", "python3")) {
      add_wheels(python / "site-packages");
      add_wheels(python / "dist-packages");
    }
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> library_folders(const Environment& environment, const fs::path& root) {
  Folders folders;
#ifdef GRAMIAN_CUDA_LIBRARIES
  folders.add(GRAMIAN_CUDA_LIBRARIES);
#endif
  for (const char* const name : {"CUDA_HOME", "CUDA_PATH"}) folders.add(fs::path(environment(name)) / "lib64");
  folders.add(root / "usr/local/cuda/lib64");
  for (const fs::path& toolkit : entries(root / "usr/local", "cuda-")) folders.add(toolkit / "lib64");
  const fs::path conda = environment("CONDA_PREFIX");
  folders.add(conda / "lib");
  folders.add_python(environment("VIRTUAL_ENV"));
  folders.add_python(conda);
  folders.add_python(fs::path(environment("HOME")) / ".local");
  folders.add_python(root / "usr/local");
  folders.add_python(root / "usr");
  return folders.take();
}

}  // namespace gramian::cuda
