#pragma once
// Devices that have shown once that they compute rightly, remembered in the user's cache directory.

#include <filesystem>
#include <string>

namespace gramian::host {

class FirstUse {
 public:
  /// `what`: a device, its driver and this build, in words.
  explicit FirstUse(const std::string& what);
  /// Whether it can be remembered (there is a cache directory that can be written to) and has not been.
  bool pending() const { return pending_; }
  void remember() const;

 private:
  std::filesystem::path file_;
  bool pending_ = false;
};

}  // namespace gramian::host
