#include "host/formats/hdf5/hdf5_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/hdf5/reading.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {

Hdf5File::Hdf5File(std::shared_ptr<const MappedFile> file, const Progress& progress)
    : file_(std::move(file)), library_(Hdf5Library::get()) {
  const auto list = [&](const OwnProcess& process) { return to_bytes(list_hdf5(library_, *file_, process)); };
  datasets_ = datasets_from_bytes(path(), apart(list, {{}, progress.cancelled}));
  for (const Hdf5Dataset& dataset : datasets_) shown_.push_back({dataset.name, dataset.dtype, dataset.shape});
  const bool any = datasets_.empty() || std::ranges::any_of(datasets_, &Hdf5Dataset::readable);
  if (!any) refuse_unreadable(path(), datasets_.front().name);
}

std::string Hdf5File::apart(const std::function<std::string(const OwnProcess&)>& work, const Progress& progress) const {
  auto answer = in_own_process(path(), work, progress);
  if (!answer) refuse(path(), "is an HDF5 file that is damaged or cut off; copy or download it again");
  return std::move(*answer);
}

void Hdf5File::refuse_dataset(const Hdf5Dataset& dataset, const std::string& what) const {
  host::refuse_dataset(path(), dataset.name, what);
}

const Hdf5Dataset& Hdf5File::dataset(const std::string& name) const {
  const auto found = std::ranges::find(datasets_, name, &Hdf5Dataset::name);
  if (found == datasets_.end() || !found->readable) refuse_unreadable(path(), name);
  return *found;
}

Matrix Hdf5File::matrix(const std::string& name, const ReadOptions& options) const {
  using Place = Hdf5Dataset::Place;
  const Hdf5Dataset& found = dataset(name);
  const std::string remedy = "; choose another one with #/PATH";
  if (found.shape.size() != 2) {
    refuse_dataset(found, "has " + std::to_string(found.shape.size()) + " dimensions, not 2" + remedy);
  }
  if (!found.type) {
    refuse_dataset(found, "holds " + found.dtype + ", not real numbers of a known type; save it as float32");
  }
  const int64_t rows = found.shape[0];
  const int64_t cols = found.shape[1];
  if (rows == 0 || cols == 0) refuse_dataset(found, "is empty" + remedy);
  if (found.place == Place::elsewhere) {
    refuse_dataset(found, "has its numbers in other files; copy it into one file: h5repack");
  }
  if (found.place == Place::unknown) refuse_dataset(found, "is damaged; copy or download the file again");
  if (found.place == Place::unwritten) refuse_dataset(found, "was never written: it holds no number");
  if (found.place == Place::packed) return unpacked(found, options);
  int64_t bytes = 0;
  if (__builtin_mul_overflow(rows, cols, &bytes) || __builtin_mul_overflow(bytes, element_size(*found.type), &bytes) ||
      bytes > file_->size() || found.offset > file_->size() - bytes) {
    refuse_dataset(found, "reaches beyond the end of the file; copy or download it again");
  }
  return {{file_->data() + found.offset, *found.type, rows, cols, cols}, file_};
}

void Hdf5File::require_room(const Hdf5Dataset& dataset, const ReadOptions& options) const {
  const int64_t rows = dataset.shape[0];
  const int64_t cols = dataset.shape[1];
  // deflate packs 1032 bytes into one at best; the rest is room for what was left out as equal to a fill value.
  constexpr int64_t kMostPacked = 4096;
  int64_t bytes = 0;
  const bool vast = __builtin_mul_overflow(rows, cols, &bytes) ||
                    __builtin_mul_overflow(bytes, element_size(*dataset.type), &bytes) ||
                    bytes / kMostPacked > file_->size();
  if (!vast && bytes <= options.most_memory) return;
  // What is vast because nothing of it was written has another remedy.
  const auto ask = [&](const OwnProcess& process) {
    require_written(library_, *file_, dataset, process);
    return std::string();
  };
  apart(ask, {{}, options.progress.cancelled});
  if (vast) {
    refuse_dataset(dataset, "promises " + std::to_string(rows) + " x " + std::to_string(cols) +
                                " numbers, more than this file can hold; write or download it again");
  }
  throw OutOfMemory(printable(path(), 4096) + ": its " + std::to_string(bytes) +
                    " unpacked bytes are more than the memory there is; save the dataset without chunks");
}

Matrix Hdf5File::unpacked(const Hdf5Dataset& dataset, const ReadOptions& options) const {
  require_room(dataset, options);
  const ValueBuffer buffer = allocate_shared_values(path(), *dataset.type, dataset.shape[0], dataset.shape[1]);
  const auto unpack = [&](const OwnProcess& process) {
    unpack_hdf5(library_, *file_, dataset, buffer.bytes.get(), process);
    return std::string();
  };
  apart(unpack, options.progress);
  return buffer.matrix();
}

}  // namespace gramian::host
