#pragma once

namespace gramian::cli {

/// Opens stdin, stdout and stderr on /dev/null where they are closed. Else the next file opened would have the number
/// of one of them, and messages would be written into it.
void open_standard_streams();

/// Ends the process with `code`, everything printed. Destructors of other libraries are left out: OpenBLAS's waits for
/// threads that may be looking for memory for ever.
int leave(int code);

}  // namespace gramian::cli
