#include "host/cli/terminal/blas_core.hpp"

#include <cblas.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "host/cli/terminal/sanitized.hpp"

namespace {

#if defined(__linux__) && !defined(GRAMIAN_SANITIZED)
// OpenBLAS makes its threads, one a processor, when it is loaded, before main; where the system grants none it ends the
// process. Here all sharing is done by our own threads and BLAS has one (kernels/cpu/backend.cpp), so none need be
// made. What .preinit_array holds runs before any library's own beginning: nothing but system calls is of use there.
void restart_with_one_blas_thread(int /*count*/, char** arguments, char** environment) {
  constexpr std::string_view kThreads = "OPENBLAS_NUM_THREADS=";
  constexpr size_t kMost = 4096;
  static std::array<char*, kMost + 2> changed;
  static char one[] = "OPENBLAS_NUM_THREADS=1";
  size_t count = 0;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text == one || count == kMost) return;
    if (!text.starts_with(kThreads)) changed[count++] = *entry;
  }
  changed[count] = one;
  execve("/proc/self/exe", arguments, changed.data());
  // No /proc: with the threads, then.
}

using Beginning = void (*)(int, char**, char**);
[[gnu::section(".preinit_array"), gnu::used]] const Beginning kBeginning = restart_with_one_blas_thread;
#endif

}  // namespace

namespace gramian::cli {

// OpenBLAS knows processors by their model numbers. One that is newer than the library (Debian 12's 0.3.21 of 2022)
// counts as the oldest of its kind, "Prescott", and products in fp64 take five times as long. It reads its environment
// when it is loaded, before main, so nothing short of starting again helps.
void restart_with_right_blas_core(char** arguments) {
#if defined(__x86_64__) && !defined(GRAMIAN_SANITIZED)
  constexpr const char* kRestarted = "GRAMIAN_RESTARTED";
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr || std::getenv(kRestarted) != nullptr) return;
  constexpr std::array<std::string_view, 8> kOld = {"Prescott", "Core2",   "Penryn", "Dunnington",
                                                    "Nehalem",  "Generic", "Banias", "Katmai"};
  if (std::ranges::find(kOld, std::string_view(openblas_get_corename())) == kOld.end()) return;
  __builtin_cpu_init();
  const char* core = nullptr;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    core = "SkylakeX";
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    core = "Haswell";
  }
  if (core == nullptr) return;
  setenv("OPENBLAS_CORETYPE", core, 1);
  setenv(kRestarted, "1", 1);
  execv("/proc/self/exe", arguments);
  // No /proc: slower, and still right.
#else
  static_cast<void>(arguments);
#endif
}

}  // namespace gramian::cli
