#pragma once
// gramian COMMAND INPUT... [options]

namespace gramian::cli {

/// The whole program; returns its exit code.
int run_program(int count, char** arguments);

}  // namespace gramian::cli
