#include "host/report/graphs/edge_list.hpp"

#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::host {

void write_edge_list(OutputFile& file, const NamedGraph& graph) {
  file.write("row1\trow2\tcosine\ttoken1\ttoken2\n");
  for_each_edge(graph.graph, [&](int64_t i, int64_t j, float cosine) {
    const auto first = static_cast<size_t>(i);
    const auto second = static_cast<size_t>(j);
    file.write(std::to_string(graph.rows[first]) + '\t' + std::to_string(graph.rows[second]) + '\t' +
               shortest_float(cosine) + '\t' + tsv_text(graph.tokens[first]) + '\t' + tsv_text(graph.tokens[second]) +
               '\n');
  });
}

}  // namespace gramian::host
