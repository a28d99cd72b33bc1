#include "host/formats/files/descriptor.hpp"

#include <unistd.h>

#include <cerrno>

namespace gramian::host {

int Descriptor::close() {
  if (value_ < 0) return 0;
  return ::close(std::exchange(value_, -1)) == 0 ? 0 : errno;
}

}  // namespace gramian::host
