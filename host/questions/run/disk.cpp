#include "host/questions/run/disk.hpp"

#include <sys/statvfs.h>

#include <filesystem>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

void require_disk(const std::string& directory, int64_t bytes) {
  std::error_code error;
  std::filesystem::path place = std::filesystem::absolute(directory, error);
  while (!std::filesystem::exists(place, error) && place.has_relative_path()) place = place.parent_path();
  struct statvfs system {};
  if (::statvfs(place.c_str(), &system) != 0) return;  // writing will say what is wrong
  const double free = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  if (static_cast<double>(bytes) <= free) return;
  throw InvalidUsage(host::printable(directory, 4096) + ": " + host::bytes_in_words(static_cast<double>(bytes)) +
                     " are to be written, " + host::bytes_in_words(free) +
                     " are free on the disk; a higher --threshold, or --no-edges, needs less");
}

}  // namespace gramian::questions
