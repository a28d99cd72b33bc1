#include "host/report/files/output_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/unnamed_file.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResult = "result.json";

Descriptor open_folder(const fs::path& path) {
  return Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Access rules beyond owner and mode, which a new folder would not have.
bool has_extended_rules(int folder) {
  std::array<char, 4096> names{};
  const ssize_t length = ::flistxattr(folder, names.data(), names.size());
  if (length < 0) return errno != EOPNOTSUPP;
  std::string_view rest(names.data(), static_cast<size_t>(length));
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    if (name != "security.selinux") return true;
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return false;
}

/// Gives a new folder the owner and the mode of the one whose place it takes.
bool made_alike(int from, int to) {
  struct stat old {};
  struct stat young {};
  if (::fstat(from, &old) != 0 || ::fstat(to, &young) != 0 || has_extended_rules(from)) return false;
  if ((old.st_uid != young.st_uid || old.st_gid != young.st_gid) && ::fchown(to, old.st_uid, old.st_gid) != 0) {
    return false;
  }
  return ::fchmod(to, old.st_mode & 07777) == 0;
}

/// Whoever stands in a folder would be left in one that is gone.
bool is_working_directory(int folder) {
  struct stat here {};
  struct stat there {};
  return ::stat(".", &here) == 0 && ::fstat(folder, &there) == 0 && here.st_dev == there.st_dev &&
         here.st_ino == there.st_ino;
}

/// Removes an old result. What somebody has put beside it in this very moment goes to `heir`.
void remove_folder(int parent, const std::string& name, int folder, int heir, const std::vector<std::string>& known) {
  // Held open while they lose their names: the disk gives up a file of gigabytes only after that, when nobody waits.
  std::vector<Descriptor> held;
  for (const std::string& entry : entries_of(folder)) {
    if (std::ranges::find(known, entry) != known.end()) {
      held.emplace_back(::openat(folder, entry.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
      ::unlinkat(folder, entry.c_str(), 0);
    } else {
      ::renameat2(folder, entry.c_str(), heir, entry.c_str(), RENAME_NOREPLACE);
    }
  }
  ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

}  // namespace

OutputFolder::OutputFolder(fs::path directory) : directory_(std::move(directory)), shown_(directory_.string()) {
  if (directory_.empty()) throw InvalidUsage("-o wants the name of a directory");
  std::error_code error;
  directory_ = fs::absolute(directory_, error);
  if (error) fail("the directory cannot be made", error.value());
  if (const fs::path resolved = fs::weakly_canonical(directory_, error); !error) directory_ = resolved;
  if (!directory_.has_filename()) directory_ = directory_.parent_path();
  check_can_be_made();
  // Nearest folder that exists.
  fs::path place = directory_;
  while (!fs::is_directory(place, error) && place.has_relative_path()) place = place.parent_path();
  base_ = open_folder(place);
  if (!base_.open()) fail("the directory cannot be made", errno);
  // Trying is the one question that quotas, read-only disks and the system's own folders answer truly.
  if (const UnnamedFile trial(base_.get()); !trial.opened()) {
    if (place == directory_) fail("cannot be written into", trial.error());
    fail("the directory cannot be made: " + printable(place.string(), 4096), trial.error());
  }
  remove_abandoned(base_.get());
  if (place == directory_) {
    if (const Descriptor parent = open_folder(directory_.parent_path()); parent.open()) remove_abandoned(parent.get());
  }
}

OutputFolder::~OutputFolder() = default;

void OutputFolder::fail(const std::string& what, int error) const {
  throw InvalidUsage(printable(shown_, 4096) + ": " + what + ": " + std::strerror(error));
}

void OutputFolder::check_can_be_made() const {
  std::error_code ignored;
  if (fs::is_directory(directory_, ignored)) return;
  if (fs::exists(fs::symlink_status(directory_, ignored))) {
    throw InvalidUsage(printable(shown_, 4096) + ": is a file; -o wants a directory");
  }
  for (fs::path above = directory_.parent_path(); above.has_relative_path(); above = above.parent_path()) {
    if (fs::is_directory(above, ignored)) return;
    if (fs::exists(fs::symlink_status(above, ignored))) {
      fail("the directory cannot be made: " + printable(above.string(), 4096), ENOTDIR);
    }
  }
}

OutputFile& OutputFolder::add(const std::string& name) {
  struct stat there {};
  if (::lstat((directory_ / name).c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode)) {
    throw InvalidUsage(printable((fs::path(shown_) / name).string(), 4096) +
                       ": is not a file, and will not be replaced by one; choose another directory");
  }
  files_.emplace_back(name,
                      std::unique_ptr<OutputFile>(new OutputFile(base_.get(), (fs::path(shown_) / name).string())));
  return *files_.back().second;
}

std::vector<ListedFile> OutputFolder::files(const std::function<void()>& check) {
  std::vector<ListedFile> listed;
  for (const auto& [name, file] : files_) {
    check();
    file->finish();
    listed.push_back({name, file->bytes(), file->sha256(check)});
  }
  return listed;
}

bool OutputFolder::is_own(const std::string& name, const std::vector<ListedFile>& old) const {
  return name == kResult || std::ranges::any_of(old, [&](const ListedFile& file) { return file.name == name; }) ||
         std::ranges::any_of(files_, [&](const auto& file) { return file.first == name; });
}

std::vector<std::string> OutputFolder::others() const {
  std::vector<std::string> names;
  const Descriptor folder = open_folder(directory_);
  if (!folder.open()) return names;
  const std::vector<ListedFile> old = listed_files(folder.get());
  for (std::string& name : entries_of(folder.get())) {
    if (!is_own(name, old)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

void OutputFolder::make_parents() {
  fs::path above;
  for (const fs::path& step : directory_.parent_path()) {
    above /= step;
    if (::mkdir(above.c_str(), 0777) == 0 || errno == EEXIST) continue;
    struct stat ignored {};
    if (const int error = errno; ::stat(above.c_str(), &ignored) != 0) fail("the directory cannot be made", error);
  }
}

void OutputFolder::put_together(int folder) {
  for (const auto& [name, file] : files_) {
    if (const int error = file->file_->link(folder, name); error != 0) file->fail("cannot be given its name", error);
  }
}

bool OutputFolder::may_exchange(int parent, int folder) const {
  struct stat here {};
  struct stat there {};
  // Files get names only in the file system that they lie in.
  return ::fstat(base_.get(), &here) == 0 && ::fstat(parent, &there) == 0 && here.st_dev == there.st_dev &&
         (folder < 0 || (!is_working_directory(folder) && others().empty()));
}

bool OutputFolder::exchange(int parent, const std::string& name) {
  const Descriptor old(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!may_exchange(parent, old.get())) return false;
  const std::vector<std::string> known = old.open() ? entries_of(old.get()) : std::vector<std::string>();
  StagingFolder stage(parent);
  if (!stage.opened() || (old.open() && !made_alike(old.get(), stage.descriptor()))) return false;
  put_together(stage.descriptor());
  const unsigned int how = old.open() ? RENAME_EXCHANGE : RENAME_NOREPLACE;
  int error = ::renameat2(parent, stage.name().c_str(), parent, name.c_str(), how) == 0 ? 0 : errno;
  if (error == EINVAL && !old.open()) {
    error = ::renameat(parent, stage.name().c_str(), parent, name.c_str()) == 0 ? 0 : errno;
  }
  if (error != 0) {
    // A file system that cannot exchange; or another run was the first to make the folder.
    write_in_place(stage.descriptor());
    return true;
  }
  if (old.open()) remove_folder(parent, stage.name(), old.get(), stage.descriptor(), known);
  stage.moved();
  ::fsync(stage.descriptor());
  ::fsync(parent);
  return true;
}

void OutputFolder::write_in_place(int stage) {
  const Descriptor folder = open_folder(directory_);
  if (!folder.open()) fail("cannot be opened", errno);
  ::flock(folder.get(), LOCK_EX);  // against another run that writes here
  const std::vector<ListedFile> old = listed_files(folder.get());
  ::fsync(stage);
  ::unlinkat(folder.get(), kResult, 0);
  for (const ListedFile& file : old) ::unlinkat(folder.get(), file.name.c_str(), 0);
  ::fsync(folder.get());
  for (const auto& [name, file] : files_) {
    if (name == kResult) ::fsync(folder.get());
    if (::renameat(stage, name.c_str(), folder.get(), name.c_str()) != 0) {
      file->fail("cannot be given its name", errno);
    }
  }
  ::fsync(folder.get());
}

void OutputFolder::commit() {
  for (const auto& [name, file] : files_) file->finish();
  make_parents();
  const Descriptor parent = open_folder(directory_.parent_path());
  if (!parent.open() || !exchange(parent.get(), directory_.filename().string())) {
    const Descriptor folder = open_folder(directory_);
    if (!folder.open()) fail("cannot be opened", errno);
    const StagingFolder stage(folder.get());
    if (!stage.opened()) fail("cannot be written into", stage.error());
    put_together(stage.descriptor());
    write_in_place(stage.descriptor());
  }
  for (const auto& [name, file] : files_) {
    if (const int error = file->file_->close(); error != 0) file->fail("cannot be written", error);
  }
}

}  // namespace gramian::host
