#include "host/questions/run/memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include "engine/error.hpp"
#include "host/questions/run/parse.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

/// Bytes that may still be used: what the system has free, within the control group's limit.
int64_t free_memory() {
  int64_t free = std::numeric_limits<int64_t>::max();
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("MemAvailable:")) free = std::stoll(line.substr(13)) * 1024;
  }
  int64_t group = 0;
  if (std::ifstream limit("/sys/fs/cgroup/memory.max"); limit >> group) free = std::min(free, group);
  return free;
}

}  // namespace

Memory::Memory(const std::optional<std::string>& limit)
    : text_(limit.value_or("")), given_(limit ? parse_bytes(*limit) : 0) {}

double Memory::available() const { return static_cast<double>(given_ > 0 ? given_ : free_memory()); }

void Memory::require(double bytes) const {
  const double limit = available();
  if (bytes <= limit) return;
  throw OutOfMemory("this needs about " + host::bytes_in_words(bytes) + " of memory, more than " +
                    (given_ > 0 ? "--memory-limit " + text_ : "the " + host::bytes_in_words(limit) + " that are free") +
                    "; --limit takes fewer rows");
}

int64_t Memory::plan_sweep(double fixed, int64_t n) const {
  constexpr double kMost = double{int64_t{128} << 20};
  const double pairs = n < 2 ? 0.0 : static_cast<double>(n) * static_cast<double>(n - 1) / 2.0;
  const double keep = std::min(kMost, pairs * 8.0);
  const double limit = available();
  // A smaller share for kept values costs another sweep, not the result.
  const double least = keep / 8.0;
  require(fixed + least);
  return static_cast<int64_t>(std::clamp(limit - fixed, std::max(least, 1.0), kMost));
}

}  // namespace gramian::questions
