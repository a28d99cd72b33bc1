// Communities in Python: igraph is under the GPL, so it is no part of the extension. The package asks what the user
// has.
#include "host/communities/communities.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <string>
#include <utility>
#include <vector>

namespace gramian::igraph {
namespace {

namespace nb = nanobind;

template <class T>
nb::object array_of(const std::vector<T>& values) {
  return nb::ndarray<nb::numpy, const T, nb::ndim<1>>(values.data(), {values.size()}, nb::handle())
      .cast(nb::rv_policy::copy);
}

}  // namespace

std::optional<Communities> communities(const Adjacency& graph, uint64_t seed) {
  std::vector<int64_t> labels;
  Communities found;
  found.seed = seed;
  {
    const nb::gil_scoped_acquire acquired;
    const nb::object answer = nb::module_::import_("gramian._communities")
                                  .attr("find")(array_of(graph.offsets), array_of(graph.columns), seed);
    if (answer.is_none()) return std::nullopt;
    found.library = nb::cast<std::string>(nb::str(answer[0]));
    found.method = nb::cast<std::string>(nb::str(answer[1]));
    for (const nb::handle label : nb::iter(answer[2])) labels.push_back(nb::cast<int64_t>(label));
  }
  found.partition = partition_by(labels);
  found.modularity = modularity(graph, found.partition.group);
  return found;
}

}  // namespace gramian::igraph
