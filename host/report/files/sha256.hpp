#pragma once
// The SHA-256 of a file, by which a result names its inputs.

#include <atomic>
#include <string>

namespace gramian::host {

/// 64 hexadecimal digits. Throws InvalidUsage when the file cannot be read; Interrupted soon after `stop` becomes true.
std::string sha256_of_file(const std::string& path, const std::atomic<bool>& stop);

}  // namespace gramian::host
