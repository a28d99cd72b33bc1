#pragma once
// An HDF5 file: its datasets, and the numbers of one of them.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/own_process.hpp"
#include "host/formats/hdf5/dataset.hpp"
#include "host/formats/hdf5/library.hpp"

namespace gramian::host {

/// Whatever libhdf5 does over a damaged file, it does in processes of their own (reading.hpp). May be used by several
/// threads at once.
class Hdf5File {
 public:
  /// Throws InvalidInput for a damaged file.
  Hdf5File(std::shared_ptr<const MappedFile> file, const Progress& progress);
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  const std::string& path() const { return file_->path(); }
  /// Every dataset that lies in this file, by its path from the root, "/a/b"; its type as "f32", "i8", "text", ...
  const std::vector<StoredTensor>& datasets() const { return shown_; }
  /// The matrix `name`, which is there. Throws as read_hdf5 does.
  Matrix matrix(const std::string& name, const ReadOptions& options) const;

 private:
  /// What `work` returns, done in a process of its own.
  std::string apart(const std::function<std::string(const OwnProcess&)>& work, const Progress& progress) const;
  const Hdf5Dataset& dataset(const std::string& name) const;
  /// Throws InvalidInput where its numbers are more than the file can hold, OutOfMemory where memory cannot.
  void require_room(const Hdf5Dataset& dataset, const ReadOptions& options) const;
  Matrix unpacked(const Hdf5Dataset& dataset, const ReadOptions& options) const;
  [[noreturn]] void refuse_dataset(const Hdf5Dataset& dataset, const std::string& what) const;

  std::shared_ptr<const MappedFile> file_;
  const Hdf5Library& library_;
  std::vector<Hdf5Dataset> datasets_;
  std::vector<StoredTensor> shown_;
};

}  // namespace gramian::host
