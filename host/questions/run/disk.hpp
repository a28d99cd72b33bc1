#pragma once
// Room for what is about to be written.

#include <cstdint>
#include <string>

namespace gramian::questions {

/// Throws InvalidUsage, ending with `remedy`, when the file system that holds, or will hold, `path` has less than
/// `bytes` free.
void require_disk(const std::string& path, int64_t bytes, const std::string& remedy);

}  // namespace gramian::questions
