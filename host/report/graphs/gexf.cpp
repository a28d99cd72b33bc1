#include "host/report/graphs/gexf.hpp"

#include <algorithm>
#include <limits>

#include "host/report/drawing/colors.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/wording.hpp"

namespace gramian::host {
namespace {

/// The ring's radius in Gephi's units: dots of neighbouring nodes may just touch.
double radius_of(const NamedGraph& graph) {
  double sizes = 0.0;
  for (int64_t node = 0; node < graph.graph.nodes(); ++node) sizes += std::max(1.0, dot_size(graph.degree(node)));
  return std::max(100.0, sizes / std::numbers::pi);
}

std::string viz_color(Color color) {
  return "<viz:color r=\"" + std::to_string(color.r) + "\" g=\"" + std::to_string(color.g) + "\" b=\"" +
         std::to_string(color.b) + "\"/>";
}

std::string attribute(int id, const std::string& value) {
  return "<attvalue for=\"" + std::to_string(id) + "\" value=\"" + value + "\"/>";
}

}  // namespace

void write_gexf(OutputFile& file, const NamedGraph& graph) {
  const bool communities = !graph.communities.empty();
  const int64_t n = graph.graph.nodes();
  const double radius = radius_of(graph);
  file.write(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<gexf xmlns=\"http://www.gexf.net/1.2draft\" xmlns:viz=\"http://www.gexf.net/1.2draft/viz\" version=\"1.2\">\n"
      "  <meta>\n    <creator>gramian</creator>\n    <description>" +
      xml_text(graph.title + ": " + graph.threshold) +
      "</description>\n  </meta>\n"
      "  <graph mode=\"static\" defaultedgetype=\"undirected\">\n"
      "    <attributes class=\"node\" mode=\"static\">\n"
      "      <attribute id=\"0\" title=\"row\" type=\"long\"/>\n"
      "      <attribute id=\"1\" title=\"degree\" type=\"long\"/>\n" +
      (communities ? "      <attribute id=\"2\" title=\"community\" type=\"long\"/>\n" : "") +
      "    </attributes>\n    <nodes>\n");
  for (int64_t node = 0; node < n; ++node) {
    const auto at = static_cast<size_t>(node);
    const int64_t community = communities ? graph.communities[at] : 0;
    const double angle = ring_angle(node, n);
    file.write("      <node id=\"" + std::to_string(node) + "\" label=\"" + xml_text(graph.name(node)) +
               "\"><attvalues>" + attribute(0, std::to_string(graph.rows[at])) +
               attribute(1, std::to_string(graph.degree(node))) +
               (communities ? attribute(2, std::to_string(community)) : "") + "</attvalues><viz:size value=\"" +
               shortest(std::max(1.0, dot_size(graph.degree(node)))) + "\"/><viz:position x=\"" +
               fixed(radius * std::cos(angle), 3) + "\" y=\"" + fixed(radius * std::sin(angle), 3) + "\" z=\"0.0\"/>" +
               viz_color(community_color(community)) + "</node>\n");
  }
  file.write("    </nodes>\n    <edges>\n");
  float least = std::numeric_limits<float>::infinity();
  float most = -least;
  for (const float cosine : graph.graph.cosines) {
    least = std::min(least, cosine);
    most = std::max(most, cosine);
  }
  int64_t edge = 0;
  for_each_edge(graph.graph, [&](int64_t i, int64_t j, float cosine) {
    const double strength = most > least ? double{cosine - least} / double{most - least} : 1.0;
    file.write("      <edge id=\"" + std::to_string(edge++) + "\" source=\"" + std::to_string(i) + "\" target=\"" +
               std::to_string(j) + "\" weight=\"" + shortest_float(cosine) + "\">" + viz_color(plasma(strength)) +
               "</edge>\n");
  });
  file.write("    </edges>\n  </graph>\n</gexf>\n");
}

}  // namespace gramian::host
