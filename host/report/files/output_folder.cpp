#include "host/report/files/output_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "engine/error.hpp"

namespace gramian::host {
namespace {

constexpr size_t kBuffer = size_t{1} << 20;

}  // namespace

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  if (path_.filename().empty()) throw InvalidUsage(path_.string() + ": is not the name of a file");
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) throw InvalidUsage(path_.string() + ": is a directory");
  // Hidden, so that `*.npy` does not pick it up; with the process, so that two runs do not share it.
  std::string hidden = ".";
  hidden.append(path_.filename().string()).append(".").append(std::to_string(::getpid())).append(".part");
  temporary_ = path_.parent_path() / hidden;
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("cannot be created", errno);
  exists_ = true;
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (exists_) ::unlink(temporary_.c_str());
}

void OutputFile::fail(const char* what, int error) const {
  throw InvalidUsage(path_.string() + ": " + what + ": " + std::strerror(error));
}

void OutputFile::write_out(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(descriptor_, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot be written", errno);
    data += count;
    size -= static_cast<size_t>(count);
  }
}

void OutputFile::flush() {
  write_out(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) flush();
  if (bytes.size() > kBuffer) {
    write_out(bytes.data(), bytes.size());
  } else {
    buffer_.append(bytes);
  }
}

void OutputFile::write(std::span<const std::byte> bytes) {
  write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void OutputFile::write_at(int64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot be written", errno);
    offset += count;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void OutputFile::close() {
  if (descriptor_ < 0) return;
  flush();
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("cannot be written", errno);
}

void OutputFile::commit() {
  close();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be given its name", errno);
  exists_ = false;
}

OutputFolder::OutputFolder(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::filesystem::path part;
  for (const std::filesystem::path& step : directory_) {
    part /= step;
    if (part.empty() || ::mkdir(part.c_str(), 0777) != 0) continue;
    created_.push_back(part);
  }
  std::error_code error;
  if (std::filesystem::is_directory(directory_, error)) return;
  // Whatever stood in the way, asking once more names it.
  const int reason = ::mkdir(directory_.c_str(), 0777) == 0 ? 0 : errno;
  throw InvalidUsage(directory_.string() +
                     (reason == EEXIST ? ": is a file; -o wants a directory"
                                       : std::string(": the directory cannot be made: ") + std::strerror(reason)));
}

OutputFolder::~OutputFolder() {
  files_.clear();
  if (committed_) return;
  for (auto it = created_.rbegin(); it != created_.rend(); ++it) ::rmdir(it->c_str());
}

OutputFile& OutputFolder::add(const std::string& name) {
  files_.push_back(std::make_unique<OutputFile>(directory_ / name));
  return *files_.back();
}

void OutputFolder::commit() {
  for (const auto& file : files_) file->close();
  for (const auto& file : files_) {
    file->commit();
    committed_ = true;
  }
}

}  // namespace gramian::host
