#include "host/report/files/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/committing.hpp"
#include "host/report/files/sha256.hpp"
#include "host/report/files/unnamed_file.hpp"

namespace gramian::host {
namespace {

constexpr size_t kBuffer = size_t{1} << 20;

/// Devices, pipes and sockets are not replaced by files: that has ended many a /dev/null.
void refuse_special(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw InvalidUsage(printable(path.string(), 4096) + ": is a directory");
  const bool special = std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  // /dev/stdout leads to whatever file the output goes to, and is no name of it.
  const std::string target = std::filesystem::read_symlink(path, ignored).string();
  if (special || target.starts_with("/proc/") || target.starts_with("/dev/")) {
    throw InvalidUsage(printable(path.string(), 4096) +
                       ": is a device, a pipe or a socket, which no file replaces; give the name of a file");
  }
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : shown_(path.string()), name_(path.filename().string()), running_(std::make_unique<Sha256>()) {
  if (name_.empty()) throw InvalidUsage(printable(shown_, 4096) + ": is not the name of a file");
  refuse_special(path);
  const std::string parent = path.has_parent_path() ? path.parent_path().string() : ".";
  Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) fail("cannot be created", errno);
  remove_abandoned(directory.get());
  file_ = std::make_unique<UnnamedFile>(directory.get());
  if (!file_->opened()) fail("cannot be created", file_->error());
  directory_ = directory.release();
}

OutputFile::OutputFile(int directory, std::string shown)
    : shown_(std::move(shown)), file_(std::make_unique<UnnamedFile>(directory)), running_(std::make_unique<Sha256>()) {
  if (!file_->opened()) fail("cannot be created", file_->error());
}

OutputFile::OutputFile(std::unique_ptr<UnnamedFile> file, std::string shown)
    : shown_(std::move(shown)), file_(std::move(file)), in_memory_(true) {
  if (!file_->opened()) fail("cannot be held in memory", file_->error());
}

std::unique_ptr<OutputFile> OutputFile::in_memory(std::string name) {
  auto file = std::make_unique<UnnamedFile>(UnnamedFile::InMemory{});
  return std::unique_ptr<OutputFile>(new OutputFile(std::move(file), std::move(name)));
}

int OutputFile::descriptor() const { return file_->descriptor(); }

OutputFile::~OutputFile() {
  if (directory_ >= 0) ::close(directory_);
}

void OutputFile::fail(const char* what, int error) const {
  throw InvalidUsage(printable(shown_, 4096) + ": " + what + ": " + std::strerror(error));
}

void OutputFile::write_out(const char* data, size_t size) {
  if (running_) running_->add(std::as_bytes(std::span(data, size)));
  while (size > 0) {
    const ssize_t count = ::write(file_->descriptor(), data, size);
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
  running_.reset();
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_->descriptor(), bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot be written", errno);
    offset += count;
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
}

void OutputFile::finish() {
  if (finished_) return;
  flush();
  // Without this a name may reach the disk before the bytes do: after a power cut the file would be there and empty.
  if (!in_memory_ && ::fsync(file_->descriptor()) != 0 && errno != EINVAL && errno != EROFS)
    fail("cannot be written", errno);
  struct stat status {};
  if (::fstat(file_->descriptor(), &status) != 0) fail("cannot be examined", errno);
  bytes_ = status.st_size;
  finished_ = true;
}

void OutputFile::commit() {
  finish();
  const Committing now;
  if (const int error = file_->replace(directory_, name_); error != 0) fail("cannot be given its name", error);
  if (const int error = file_->close(); error != 0) fail("cannot be written", error);
  ::fsync(directory_);
}

std::string OutputFile::sha256(const std::function<void()>& check) {
  if (!sum_.empty()) return sum_;
  if (running_) return sum_ = running_->digest();
  Sha256 sum;
  std::vector<std::byte> piece(kBuffer);
  for (int64_t offset = 0; offset < bytes_;) {
    check();
    const ssize_t count = ::pread(file_->descriptor(), piece.data(), piece.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("cannot be read again", count < 0 ? errno : EIO);
    sum.add(std::span(piece).first(static_cast<size_t>(count)));
    offset += count;
  }
  return sum_ = sum.digest();
}

}  // namespace gramian::host
