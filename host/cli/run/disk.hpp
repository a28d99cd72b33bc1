#pragma once
// Room for what is about to be written.

#include <cstdint>
#include <string>

namespace gramian::cli {

/// Throws InvalidUsage, ending with `remedy`, when the file system that holds, or will hold, `path` has less than
/// `bytes` free.
void require_disk(const std::string& path, int64_t bytes, const std::string& remedy);

/// Asks on the terminal whether `bytes` shall be written to `directory`; throws Interrupted unless the answer is yes.
/// Where stdin or stderr is no terminal, nobody is asked.
void ask_before_writing(const std::string& directory, int64_t bytes);

}  // namespace gramian::cli
