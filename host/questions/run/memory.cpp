#include "host/questions/run/memory.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "host/device/device.hpp"
#include "host/questions/run/parse.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

Memory::Memory(const std::optional<std::string>& limit)
    : text_(limit.value_or("")), given_(limit ? parse_bytes(*limit) : 0) {}

double Memory::available() const { return static_cast<double>(given_ > 0 ? given_ : host::free_memory()); }

void Memory::require(double bytes, const std::string& remedy) const {
  const double limit = available();
  if (bytes <= limit) return;
  throw OutOfMemory("this needs about " + host::bytes_in_words(bytes) + " of memory, more than " +
                    (given_ > 0 ? "--memory-limit " + text_ : "the " + host::bytes_in_words(limit) + " that are free") +
                    "; " + remedy);
}

int64_t Memory::plan_sweep(double fixed, int64_t n) const {
  constexpr double kMost = double{int64_t{384} << 20};
  const double pairs = n < 2 ? 0.0 : static_cast<double>(n) * static_cast<double>(n - 1) / 2.0;
  const double keep = std::min(kMost, pairs * 8.0);
  const double limit = available();
  // A smaller share for kept values costs another sweep, not the result.
  const double least = keep / 8.0;
  require(fixed + least);
  return static_cast<int64_t>(std::clamp(limit - fixed, std::max(least, 1.0), kMost));
}

}  // namespace gramian::questions
