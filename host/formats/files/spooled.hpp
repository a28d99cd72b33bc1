#pragma once
// What is no file but can be read once: standard input and pipes.

#include <string>

namespace gramian::host {

/// Whether `path` is standard input, "-", or the name of a pipe.
bool is_stream(const std::string& path);

/// A descriptor of memory that holds what came out of the stream `path`, to its end; the same one each time it is asked
/// for, and never closed. Throws InvalidUsage for a pipe into which nobody writes.
int spooled(const std::string& path);

}  // namespace gramian::host
