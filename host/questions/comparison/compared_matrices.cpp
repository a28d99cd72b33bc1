#include "host/questions/comparison/compared_matrices.hpp"

#include <algorithm>
#include <iterator>

#include "engine/error.hpp"
#include "host/formats/matching.hpp"

namespace gramian::questions {

void ComparedMatrices::describe(Description& d) {
  d.input("E1", first);
  d.place("E2", &second, "The same; missing where E1 is several: FILE#layer.*").naming(Names::matrix);
  d.place("MORE", &more, "Further matrices: every two are compared over the tokens all share").naming(Names::matrix);
}

std::vector<std::string> ComparedMatrices::paths(std::string_view question) const {
  std::vector<std::string> paths = host::matching_inputs(first);
  if (!second.empty()) std::ranges::copy(host::matching_inputs(second), std::back_inserter(paths));
  for (const std::string& path : more) std::ranges::copy(host::matching_inputs(path), std::back_inserter(paths));
  if (paths.size() < 2) {
    throw InvalidUsage(std::string(question) + ": two matrices are compared, or more; one was given");
  }
  return paths;
}

}  // namespace gramian::questions
