#pragma once
// An open HDF5 file: its datasets, and the numbers of one of them.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/hdf5/library.hpp"

namespace gramian::host {

/// Only one may be open at a time: the library need not be built for threads.
class Hdf5File {
 public:
  /// Throws InvalidInput for a damaged file.
  explicit Hdf5File(std::shared_ptr<const MappedFile> file);
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  const std::string& path() const { return file_->path(); }
  /// Every dataset that lies in this file, by its path from the root, "/a/b"; its type as "f4", "i8", "text", ...
  const std::vector<StoredTensor>& datasets() const { return datasets_; }
  /// The matrix `name`, which is there. Throws as read_hdf5 does.
  Matrix matrix(const std::string& name, const ReadOptions& options) const;

 private:
  struct Dataset;

  void list();
  void require_own(const Dataset& dataset) const;
  Matrix unpacked(const Dataset& dataset, const ReadOptions& options) const;
  [[noreturn]] void refuse_dataset(const std::string& name, const std::string& what) const;

  std::shared_ptr<const MappedFile> file_;
  const Hdf5Library& library_;
  std::unique_ptr<Hdf5Id> id_;
  std::vector<StoredTensor> datasets_;
};

}  // namespace gramian::host
