#include "host/report/graphs/graphml.hpp"

#include "host/report/drawing/xml_text.hpp"
#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

std::string data(const char* key, const std::string& value) {
  return std::string("<data key=\"") + key + "\">" + value + "</data>";
}

}  // namespace

void write_graphml(OutputFile& file, const NamedGraph& graph) {
  const bool communities = !graph.communities.empty();
  const int64_t n = graph.graph.nodes();
  file.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
  const auto key = [&](const char* where, const char* name, const char* type) {
    file.write(std::string("  <key id=\"") + name + "\" for=\"" + where + "\" attr.name=\"" + name + "\" attr.type=\"" +
               type + "\"/>\n");
  };
  key("graph", "title", "string");
  key("graph", "threshold", "string");
  key("node", "token", "string");
  key("node", "row", "long");
  key("node", "degree", "long");
  if (communities) key("node", "community", "long");
  key("node", "x", "double");
  key("node", "y", "double");
  key("edge", "cosine", "double");
  key("edge", "weight", "double");
  file.write("  <graph id=\"G\" edgedefault=\"undirected\">\n    " + data("title", xml_text(graph.title)) +
             data("threshold", xml_text(graph.threshold)) + "\n");
  for (int64_t node = 0; node < n; ++node) {
    const auto at = static_cast<size_t>(node);
    const double angle = ring_angle(node, n);
    file.write("    <node id=\"" + std::to_string(node) + "\">" + data("token", xml_text(graph.name(node))) +
               data("row", std::to_string(graph.rows[at])) + data("degree", std::to_string(graph.degree(node))) +
               (communities ? data("community", std::to_string(graph.communities[at])) : "") +
               data("x", shortest(std::cos(angle))) + data("y", shortest(std::sin(angle))) + "</node>\n");
  }
  for_each_edge(graph.graph, [&](int64_t i, int64_t j, float cosine) {
    const std::string value = shortest_float(cosine);
    file.write("    <edge source=\"" + std::to_string(i) + "\" target=\"" + std::to_string(j) + "\">" +
               data("cosine", value) + data("weight", value) + "</edge>\n");
  });
  file.write("  </graph>\n</graphml>\n");
}

}  // namespace gramian::host
