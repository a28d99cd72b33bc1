#pragma once
// SHA-256, by which a result names its inputs and its files.

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace gramian::host {

/// SHA-256 of bytes as they come.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();
  void add(std::span<const std::byte> bytes);
  /// 64 hexadecimal digits. Nothing may be added afterwards.
  std::string digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 64 hexadecimal digits. Throws InvalidUsage when the file cannot be read; Interrupted soon after `stop` becomes true.
std::string sha256_of_file(const std::string& path, const std::atomic<bool>& stop);

}  // namespace gramian::host
