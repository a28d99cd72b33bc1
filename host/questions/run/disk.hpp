#pragma once
// Room for what is about to be written.

#include <cstdint>
#include <string>

namespace gramian::questions {

/// Throws InvalidUsage when the file system that holds, or will hold, `directory` has less than `bytes` free.
void require_disk(const std::string& directory, int64_t bytes);

}  // namespace gramian::questions
