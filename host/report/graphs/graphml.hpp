#pragma once
// GraphML, as networkx and igraph open it: http://graphml.graphdrawing.org/specification.html

#include "host/report/files/output_folder.hpp"
#include "host/report/graphs/named_graph.hpp"

namespace gramian::host {

/// Nodes carry token, row, degree, community (where there are communities), x and y on the ring; edges carry cosine and
/// weight, which is the same. Tokens are escaped as in xml_text.hpp.
void write_graphml(OutputFile& file, const NamedGraph& graph);

}  // namespace gramian::host
