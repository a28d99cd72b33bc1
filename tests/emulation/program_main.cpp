// The program, with the emulation for its CUDA devices. What they are is read from the environment:
//
//   GRAMIAN_EMULATED_DEVICES=N       how many there are (default 1)
//   GRAMIAN_EMULATED_DRIVER=0        no driver is installed
//   GRAMIAN_EMULATED_LIBRARIES=0     nor are the vendor's libraries
//   GRAMIAN_EMULATED_MAJOR=N         compute capability N.0 (default 9)
//   GRAMIAN_EMULATED_CODE=0          the program holds no code for them
//   GRAMIAN_EMULATED_WRONG=1         a product of fp16 is wrong in its first element
//   GRAMIAN_EMULATED_MEMORY=BYTES    of each
//   GRAMIAN_EMULATED_L2=BYTES        of its cache, which sizes tiles
//   GRAMIAN_EMULATED_SEED=N          of the order in which threads, blocks and streams run
//   GRAMIAN_EMULATED_REPORT=FILE     where to write, at the end: most bytes of all devices at once, kernels run,
//                                    and devices that were started

#include <cstdlib>
#include <fstream>

#include "host/cli/program.hpp"
#include "tests/emulation/control.hpp"

namespace {

template <class T>
void read(const char* name, T& setting) {
  if (const char* const text = std::getenv(name)) setting = static_cast<T>(std::strtoull(text, nullptr, 10));
}

emulation::Settings settings_of_environment() {
  emulation::Settings settings;
  read("GRAMIAN_EMULATED_DEVICES", settings.devices);
  read("GRAMIAN_EMULATED_DRIVER", settings.driver);
  read("GRAMIAN_EMULATED_LIBRARIES", settings.libraries);
  read("GRAMIAN_EMULATED_MAJOR", settings.compute_major);
  read("GRAMIAN_EMULATED_CODE", settings.code);
  read("GRAMIAN_EMULATED_WRONG", settings.wrong);
  read("GRAMIAN_EMULATED_MEMORY", settings.memory_bytes);
  read("GRAMIAN_EMULATED_L2", settings.l2_bytes);
  read("GRAMIAN_EMULATED_SEED", settings.seed);
  return settings;
}

}  // namespace

int main(int count, char** arguments) {
  emulation::configure(settings_of_environment());
  const int code = gramian::cli::run_program(count, arguments);
  if (const char* const path = std::getenv("GRAMIAN_EMULATED_REPORT")) {
    std::ofstream(path) << emulation::peak_bytes() << " " << emulation::kernels_run() << " " << emulation::contexts()
                        << "\n";
  }
  return code;
}
