#pragma once
// GraphML, as networkx and igraph open it: http://graphml.graphdrawing.org/specification.html

#include "host/report/named_graph.hpp"
#include "host/report/output_folder.hpp"

namespace gramian::host {

/// Nodes carry token, row, degree, community (where there are communities), x and y on the ring; edges carry cosine and
/// weight, which is the same. Tokens are escaped as in xml_text.hpp.
void write_graphml(OutputFile& file, const NamedGraph& graph);

}  // namespace gramian::host
