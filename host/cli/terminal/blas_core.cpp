#include "host/cli/terminal/blas_core.hpp"

#include <cblas.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GRAMIAN_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GRAMIAN_SANITIZED 1
#endif

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
