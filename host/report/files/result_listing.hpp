#pragma once
// The list that a result has of its own files: "files" of result.json.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gramian::host {

/// A file of a result, by its name in the folder.
struct ListedFile {
  std::string name;
  int64_t bytes = 0;
  std::string sha256;
};

/// The files that the result.json in `directory` (a descriptor) lists as its own and that are still as long as it
/// says; empty where there is no such list, none where it cannot be read, and errno says why. Names that lead out of
/// the folder are passed over.
std::optional<std::vector<ListedFile>> listed_files(int directory);

}  // namespace gramian::host
