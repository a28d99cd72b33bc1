#include "host/cli/run/disk.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {

void require_disk(const std::string& path, int64_t bytes, const std::string& remedy) {
  std::error_code error;
  std::filesystem::path place = std::filesystem::absolute(path, error);
  while (!std::filesystem::exists(place, error) && place.has_relative_path()) place = place.parent_path();
  struct statvfs system {};
  if (::statvfs(place.c_str(), &system) != 0) return;  // writing will say what is wrong
  const double free = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  if (static_cast<double>(bytes) <= free) return;
  throw InvalidUsage(host::printable(path, 4096) + ": " + host::bytes_in_words(static_cast<double>(bytes)) +
                     " are to be written, " + host::bytes_in_words(free) + " are free on the disk; " + remedy);
}

void ask_before_writing(const std::string& directory, int64_t bytes) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "Write %s to %s? [y/N] ", host::bytes_in_words(static_cast<double>(bytes)).c_str(),
               host::printable(directory, 4096).c_str());
  std::string answer;
  std::getline(std::cin, answer);
  if (!answer.starts_with('y') && !answer.starts_with('Y')) throw Interrupted("not written");
}

}  // namespace gramian::cli
