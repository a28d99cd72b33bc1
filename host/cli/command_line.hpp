#pragma once
// From what was typed to the command that was meant. The one place that knows CLI11, which takes seconds to compile.

#include <functional>
#include <string>

namespace gramian::cli {

/// Reads the arguments; returns what is to be run, or nothing where help or the version was asked for and has been
/// printed. Throws InvalidUsage, in one line, for what cannot be meant.
std::function<void()> read_command_line(int count, char** arguments);

}  // namespace gramian::cli
