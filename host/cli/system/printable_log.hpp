#pragma once

namespace gramian::cli {

/// Warnings, and with -v what is being done, go to stderr as "gramian: ...", one printable line each, whatever names of
/// files and tensors they quote.
void log_to_stderr();

}  // namespace gramian::cli
