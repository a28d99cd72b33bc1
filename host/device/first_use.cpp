#include "host/device/first_use.hpp"

#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

namespace gramian::host {
namespace {

/// XDG_CACHE_HOME, else ~/.cache; empty where neither is known.
std::filesystem::path cache_directory() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  if (const auto cache = variable("XDG_CACHE_HOME"); cache.is_absolute()) return cache;
  if (const auto home = variable("HOME"); home.is_absolute()) return home / ".cache";
  return {};
}

}  // namespace

FirstUse::FirstUse(const std::string& what) {
  const std::filesystem::path cache = cache_directory();
  if (cache.empty()) return;
  std::string name;
  for (const char byte : what) {
    const bool plain = std::isalnum(static_cast<unsigned char>(byte)) != 0 ||
                       std::string_view("._-").find(byte) != std::string_view::npos;
    name += plain ? byte : '_';
  }
  file_ = cache / "gramian" / "devices" / name;
  std::error_code error;
  if (std::filesystem::exists(file_, error)) return;
  std::filesystem::create_directories(file_.parent_path(), error);
  pending_ = !error && ::access(file_.parent_path().c_str(), W_OK) == 0;
}

void FirstUse::remember() const { std::ofstream(file_) << "its sweeps were those of the CPU, bit by bit\n"; }

}  // namespace gramian::host
