#pragma once
// A matrix as a user may type it: a file, a model's folder, or the name of a cached model.

#include <string>
#include <string_view>

namespace gramian::host {

struct Location {
  std::string path;    // of the file that holds the matrix
  std::string member;  // what followed '#'; empty where nothing did
  std::string note;    // how the file was found, a sentence; empty where its path was given
};

/// Takes PATH, FOLDER or hf:ORG/NAME[@REVISION], each with #MEMBER or without. ORG/NAME and NAME alone also name a
/// cached model where no such path exists (hub_cache.hpp). File names may contain '#', so a file of the whole name
/// comes first. A path that is not there, and no model's name, is left to whoever opens it.
/// Throws InvalidUsage: '#' with nothing after it, a model that is not in the cache, a folder without weights.
Location locate(std::string_view input);

}  // namespace gramian::host
