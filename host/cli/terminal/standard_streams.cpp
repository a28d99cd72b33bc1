#include "host/cli/terminal/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "host/cli/terminal/sanitized.hpp"

namespace gramian::cli {

void open_standard_streams() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    // open takes the lowest number that is free: this one. It stays open over execv.
    if (::fcntl(number, F_GETFD) < 0 && ::open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0) {
      ::open("/", O_RDONLY);  // no /dev: at least nothing else gets the number
    }
  }
}

int leave(int code) {
  std::fflush(nullptr);
#ifndef GRAMIAN_SANITIZED
  ::_exit(code);
#else
  return code;
#endif
}

}  // namespace gramian::cli
