#pragma once
// GEXF 1.2, as Gephi opens it: https://gexf.net/1.2/

#include "host/report/files/output_folder.hpp"
#include "host/report/graphs/named_graph.hpp"

namespace gramian::host {

/// Nodes lie on the ring, in row order; their size is 3 sqrt(degree), at least 1, so that Gephi shows isolated ones;
/// their colour is that of their community, where there are communities. Edges weigh their cosine and have its plasma
/// colour. Tokens are escaped as in xml_text.hpp; the row in the matrix says which one is meant in any case.
void write_gexf(OutputFile& file, const NamedGraph& graph);

}  // namespace gramian::host
