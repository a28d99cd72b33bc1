#pragma once
// Every edge once, as a line of tab-separated text.

#include "host/report/files/output_folder.hpp"
#include "host/report/graphs/named_graph.hpp"

namespace gramian::host {

/// Under the header "row1 row2 cosine token1 token2": rows in the matrix, the first node before the second in the
/// graph's order. Tokens as in tsv_text.hpp.
void write_edge_list(OutputFile& file, const NamedGraph& graph);

}  // namespace gramian::host
