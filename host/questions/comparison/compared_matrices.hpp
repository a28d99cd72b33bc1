#pragma once
// The matrices that a question compares: two, or more.

#include <string>
#include <string_view>
#include <vector>

#include "host/questions/description.hpp"

namespace gramian::questions {

struct ComparedMatrices {
  std::string first;   // one, or several: FILE#layer.*
  std::string second;  // empty where the first is several
  std::vector<std::string> more;

  void describe(Description& d);
  /// Every matrix by itself. Throws InvalidUsage, naming the `question`, where that is one.
  std::vector<std::string> paths(std::string_view question) const;
};

}  // namespace gramian::questions
