// That what is called in cuBLAS and cuSOLVER is there. No device is needed to look.

#include "kernels/cuda/runtime/vendor_library.hpp"

#include <gtest/gtest.h>

#include <string>

#include "engine/error.hpp"
#include "kernels/cuda/runtime/blas.hpp"
#include "kernels/cuda/runtime/solver.hpp"

namespace gramian::cuda {
namespace {

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
  const std::string absent = refusal({"cuThing", "libcuthing.so.1"}, "cuThingCreate");
  EXPECT_NE(absent.find("cuThing is not to be found"), std::string::npos) << absent;
  EXPECT_NE(absent.find("libcuthing.so.1"), std::string::npos) << absent;
  EXPECT_NE(absent.find("LD_LIBRARY_PATH"), std::string::npos) << absent;
  const std::string old = refusal({"the mathematics", "libm.so.6"}, "no_such_function");
  EXPECT_NE(old.find("the mathematics (libm.so.6) has no no_such_function"), std::string::npos) << old;
}

}  // namespace
}  // namespace gramian::cuda
