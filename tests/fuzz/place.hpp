#pragma once
// A folder in memory for inputs that are more than one file.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

namespace gramian::fuzz {

class Place {
 public:
  Place() {
    std::string pattern = "/dev/shm/gramian_fuzz_XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    folder_ = pattern;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  const std::filesystem::path& folder() const { return folder_; }
  std::string put(const char* name, std::string_view bytes) const {
    std::ofstream file(folder_ / name, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return (folder_ / name).string();
  }

 private:
  std::filesystem::path folder_;
};

/// What stands before and behind a line "==".
inline std::pair<std::string_view, std::string_view> two_files(std::string_view bytes) {
  constexpr std::string_view kBetween = "\n==\n";
  const size_t at = bytes.find(kBetween);
  if (at == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, at), bytes.substr(at + kBetween.size())};
}

}  // namespace gramian::fuzz
