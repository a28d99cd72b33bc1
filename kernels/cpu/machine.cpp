#include "kernels/cpu/machine.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace gramian::cpu {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

std::optional<int64_t> number_in(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(" \t")));
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return kUnlimited;
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

/// The number that a file of one line holds; none where it holds a word ("max") or is absent.
std::optional<int64_t> number_of(const fs::path& file) {
  std::string line;
  std::ifstream stream(file);
  return std::getline(stream, line) ? number_in(line) : std::nullopt;
}

/// The number behind `name` in a file of lines "name number".
std::optional<int64_t> field_of(const fs::path& file, std::string_view name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(name)) return number_in(std::string_view(line).substr(name.size()));
  }
  return std::nullopt;
}

bool lists(const std::string& controllers, const std::string& wanted) {
  return ("," + controllers + ",").find("," + wanted + ",") != std::string::npos;
}

/// Folders of the groups that the process is in, from its own up to the outermost that is seen. Within a container the
/// path may lead through groups that only the outside sees: what does not exist is passed over.
std::vector<fs::path> groups(const fs::path& root, const std::string& controller, bool second_version) {
  std::vector<fs::path> found;
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (second_version ? !controllers.empty() : !lists(controllers, controller)) continue;
    const fs::path mounts = root / "sys/fs/cgroup";
    std::error_code ignored;
    fs::path top = second_version ? mounts : mounts / controller;
    if (second_version && !fs::exists(top / "cgroup.controllers", ignored)) top = mounts / "unified";
    fs::path inside = fs::path(line.substr(second + 1)).lexically_normal().relative_path();
    while (true) {
      const fs::path folder = inside.empty() ? top : top / inside;
      if (fs::is_directory(folder, ignored)) found.push_back(folder);
      if (inside.empty() || *inside.begin() == "..") break;
      inside = inside.parent_path();
    }
  }
  return found;
}

/// Memory that a group leaves of `limit`: page cache that it holds would be given up for us.
int64_t left_of(int64_t limit, const fs::path& usage, const fs::path& statistics, const std::string& prefix) {
  const int64_t cache = field_of(statistics, prefix + "inactive_file ").value_or(0) +
                        field_of(statistics, prefix + "active_file ").value_or(0);
  const int64_t used = std::max<int64_t>(0, number_of(usage).value_or(0) - cache);
  return std::max<int64_t>(0, limit - used);
}

/// The soft limit of the process in bytes.
int64_t limit_of(const fs::path& root, std::string_view name) {
  std::ifstream stream(root / "proc/self/limits");
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(name)) return number_in(std::string_view(line).substr(name.size())).value_or(kUnlimited);
  }
  return kUnlimited;
}

int64_t left_of_limit(const fs::path& root, std::string_view limit, std::string_view used) {
  const int64_t bytes = limit_of(root, limit);
  if (bytes == kUnlimited) return kUnlimited;
  return std::max<int64_t>(0, bytes - 1024 * field_of(root / "proc/self/status", used).value_or(0));
}

}  // namespace

int64_t free_address_space(const fs::path& root) { return left_of_limit(root, "Max address space", "VmSize:"); }

int64_t free_memory(const fs::path& root) {
  int64_t free = kUnlimited;
  if (const auto kilobytes = field_of(root / "proc/meminfo", "MemAvailable:")) free = *kilobytes * 1024;
  for (const fs::path& group : groups(root, "memory", true)) {
    for (const char* name : {"memory.max", "memory.high"}) {
      const auto limit = number_of(group / name);
      if (limit) free = std::min(free, left_of(*limit, group / "memory.current", group / "memory.stat", ""));
    }
  }
  for (const fs::path& group : groups(root, "memory", false)) {
    const auto limit = number_of(group / "memory.limit_in_bytes");
    if (limit) free = std::min(free, left_of(*limit, group / "memory.usage_in_bytes", group / "memory.stat", "total_"));
  }
  return std::min({free, free_address_space(root), left_of_limit(root, "Max data size", "VmData:")});
}

int64_t processor_quota(const fs::path& root) {
  int64_t processors = kUnlimited;
  const auto take = [&](int64_t quota, int64_t period) {
    if (quota > 0 && period > 0) processors = std::min(processors, (quota + period - 1) / period);
  };
  for (const fs::path& group : groups(root, "cpu", true)) {
    std::ifstream stream(group / "cpu.max");
    std::string quota;
    int64_t period = 0;
    if (stream >> quota >> period) take(number_in(quota).value_or(0), period);
  }
  for (const fs::path& group : groups(root, "cpu", false)) {
    take(number_of(group / "cpu.cfs_quota_us").value_or(0), number_of(group / "cpu.cfs_period_us").value_or(0));
  }
  return processors;
}

}  // namespace gramian::cpu
