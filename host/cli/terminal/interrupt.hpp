#pragma once
// Ctrl-C: the first one asks for a tidy end, the second one kills.

namespace gramian::cli {

/// From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT raise the flag, once each, unless they were ignored before; after
/// that they do what they always did. Writing to a closed pipe, or more than a file may hold, becomes an error instead
/// of a signal; a mapped file that becomes shorter ends the process with one line that names it.
void install_signal_handlers();
bool interrupt_requested();
/// The tidy end has come: from now on nothing else says so.
void interrupt_answered();
/// Throws Interrupted once the flag is up.
void check_interrupt();

}  // namespace gramian::cli
