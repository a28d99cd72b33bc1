#pragma once
// Short files that may be pipes.

#include <cstdint>
#include <functional>
#include <string>

namespace gramian::host {

/// All of a file, a pipe or a terminal, up to its end. `check` is called several times a second and may throw. Throws
/// InvalidUsage: no such file, a directory, more than `most` bytes, a pipe into which nobody writes.
std::string read_bounded(const std::string& path, int64_t most, const std::function<void()>& check);

}  // namespace gramian::host
