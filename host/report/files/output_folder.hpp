#pragma once
// The files of one result.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/formats/files/descriptor.hpp"
#include "host/report/files/output_file.hpp"
#include "host/report/files/result_listing.hpp"

namespace gramian::host {

/// A folder that holds the old result or the new one, whatever moment the process is killed at, and nothing of the old
/// beside the new.
///
/// A new folder, and one that holds nothing but a result, is put together under a hidden name and exchanged in one
/// step. A folder that holds something else as well stays the same folder: there the old result.json goes first and
/// the new one comes last, so that arrays without a result.json are those of a run that was killed. Names that a run
/// left hidden are removed by the next one. Errors are InvalidUsage.
class OutputFolder {
 public:
  /// Throws where no file could be written, before any work is done. Makes nothing yet.
  explicit OutputFolder(std::filesystem::path directory);
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder();

  OutputFile& add(const std::string& name);
  /// The files added so far, whole and hashed; `check` is called now and then and may throw.
  std::vector<ListedFile> files(const std::function<void()>& check);
  /// Names that lie in the folder beside the result and will stay.
  std::vector<std::string> others() const;
  void commit();

 private:
  [[noreturn]] void fail(const std::string& what, int error) const;
  void check_can_be_made() const;
  std::vector<std::string> old_entries(int folder) const;
  std::vector<ListedFile> old_files(int folder) const;
  void make_parents();
  void put_together(int folder);
  bool may_exchange(int parent, int folder) const;
  bool exchange(int parent, const std::string& name);
  void write_in_place(int stage);
  /// Names of entries that belong to results: what the old one lists, and what this one writes.
  bool is_own(const std::string& name, const std::vector<ListedFile>& old) const;

  std::filesystem::path directory_;  // without symbolic links
  std::string shown_;
  Descriptor base_;  // where the files lie until they have names: the folder, or the nearest one above that exists
  std::vector<std::pair<std::string, std::unique_ptr<OutputFile>>> files_;
};

}  // namespace gramian::host
