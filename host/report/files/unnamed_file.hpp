#pragma once
// Files and folders that nobody sees before they are whole.

#include <optional>
#include <string>
#include <vector>

#include "host/formats/files/descriptor.hpp"

namespace gramian::host {

/// A new file in the file system of a directory that has no name until it is whole: should this process be killed,
/// nothing is left of it. Where a file system knows no files without a name (NFS, FAT) it has a random hidden one and
/// a lock, by which remove_abandoned knows it.
class UnnamedFile {
 public:
  /// In the directory that is open as `directory`. Unless opened() afterwards, error() says why.
  explicit UnnamedFile(int directory);
  /// In memory, where it can be given no name.
  struct InMemory {};
  explicit UnnamedFile(InMemory /*where*/);
  UnnamedFile(const UnnamedFile&) = delete;
  UnnamedFile& operator=(const UnnamedFile&) = delete;
  ~UnnamedFile();

  bool opened() const { return file_.open(); }
  int error() const { return error_; }
  int descriptor() const { return file_.get(); }
  /// Gives it the name `name` in `directory`, where nothing must have it. 0, or the error's number.
  int link(int directory, const std::string& name);
  /// The same in place of what has that name: at every moment there is the old file or the new one.
  int replace(int directory, const std::string& name);
  /// The error that only closing tells (a quota, a network file system). 0, or the error's number.
  int close();

 private:
  Descriptor directory_;
  Descriptor file_;
  std::string hidden_;  // its name meanwhile, where it must have one
  int error_ = 0;
};

/// A new directory with a random hidden name and a lock, in which a result is put together.
class StagingFolder {
 public:
  explicit StagingFolder(int parent);
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;
  /// Removes it with the files in it, unless moved() has been told.
  ~StagingFolder();

  bool opened() const { return folder_.open(); }
  int error() const { return error_; }
  int descriptor() const { return folder_.get(); }
  const std::string& name() const { return name_; }
  /// It has another name now and stays.
  void moved() { name_.clear(); }

 private:
  int parent_;
  Descriptor folder_;
  std::string name_;
  int error_ = 0;
};

/// Removes every hidden name that this process has given to a file at this moment. May be called by a signal handler
/// that ends the process.
void remove_hidden_names();

/// Removes from `directory` what runs have left behind that were killed: hidden names as above that nobody has locked.
void remove_abandoned(int directory);

/// Names of all entries of `directory` but "." and ".."; none where it cannot be read, and errno says why.
std::optional<std::vector<std::string>> entries_of(int directory);

}  // namespace gramian::host
