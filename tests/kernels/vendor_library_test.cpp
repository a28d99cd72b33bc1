// That what is called in cuBLAS and cuSOLVER is there. No device is needed to look.

#include "kernels/cuda/runtime/vendor_library.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/blas.hpp"
#include "kernels/cuda/runtime/library_folders.hpp"
#include "kernels/cuda/runtime/solver.hpp"

namespace gramian::cuda {
namespace {

namespace fs = std::filesystem;

std::string refusal(const VendorLibrary& library, const char* symbol) {
  try {
    vendor_entry(library, symbol);
  } catch (const DeviceUnavailable& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(VendorLibraries, HaveAllThatIsCalled) {
  EXPECT_NO_THROW(Blas::find_entries());
  EXPECT_NO_THROW(Solver::find_entries());
}

TEST(VendorLibraries, SayWhatIsMissing) {
  const std::string absent = refusal({"cuThing", "libcuthing.so.1", "cu-wheel"}, "cuThingCreate");
  EXPECT_NE(absent.find("cuThing is not to be found"), std::string::npos) << absent;
  EXPECT_NE(absent.find("libcuthing.so.1"), std::string::npos) << absent;
  EXPECT_NE(absent.find("`pip install cu-wheel` brings it"), std::string::npos) << absent;
  EXPECT_NE(absent.find("LD_LIBRARY_PATH"), std::string::npos) << absent;
  const std::string old = refusal({"the mathematics", "libm.so.6", ""}, "no_such_function");
  EXPECT_NE(old.find("the mathematics (libm.so.6) has no no_such_function"), std::string::npos) << old;
}

TEST(VendorLibraries, AreLookedForInToolkitsAndWheels) {
  const fs::path root = fs::path(::testing::TempDir()) / "library_folders";
  fs::remove_all(root);
  const std::string expected[] = {
      "home/cuda/lib64",
      "usr/local/cuda/lib64",
      "usr/local/cuda-13.1/lib64",
      "usr/local/cuda-12.8/lib64",
      "conda/lib",
      "venv/lib/python3.12/site-packages/nvidia/cu13/lib",
      "conda/lib/python3.11/site-packages/nvidia/cusolver/lib",
      "conda/lib/python3.11/site-packages/nvidia/cublas/lib",
      "home/.local/lib/python3.11/site-packages/nvidia/cu13/lib",
      "usr/local/lib/python3.11/dist-packages/nvidia/cu13/lib",
  };
  for (const std::string& folder : expected) fs::create_directories(root / folder);
  fs::create_directories(root / "conda/lib/python3.11/site-packages/numpy/lib");
  std::map<std::string, std::string> variables{{"CUDA_HOME", root / "home/cuda"},
                                               {"CUDA_PATH", "here"},
                                               {"CONDA_PREFIX", root / "conda"},
                                               {"VIRTUAL_ENV", root / "venv"},
                                               {"HOME", root / "home"}};
  const auto environment = [&](const char* name) { return variables[name]; };
  std::vector<std::string> found = library_folders(environment, root);
  std::erase(found, GRAMIAN_CUDA_LIBRARIES);
  ASSERT_EQ(found.size(), std::size(expected));
  for (size_t k = 0; k < found.size(); ++k) EXPECT_EQ(found[k], (root / expected[k]).string());
  // Relative ones are ignored, though they are there.
  const fs::path before = fs::current_path();
  fs::current_path(root);
  variables = {{"CUDA_HOME", "home/cuda"}, {"CONDA_PREFIX", "conda"}, {"VIRTUAL_ENV", "venv"}, {"HOME", "home"}};
  for (const std::string& folder : library_folders(environment, root)) {
    EXPECT_TRUE(fs::path(folder).is_absolute()) << folder;
    EXPECT_EQ(folder.find("conda"), std::string::npos) << folder;
  }
  fs::current_path(before);
  fs::remove_all(root);
}

}  // namespace
}  // namespace gramian::cuda
