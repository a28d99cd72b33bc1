// The door of libFuzzer into the one target that is linked.

#include <cstdint>

#include "tests/fuzz/harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  gramian::fuzz::Target::all().front().refusal({reinterpret_cast<const char*>(data), size});
  return 0;
}
