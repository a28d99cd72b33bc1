#include <algorithm>
#include <cmath>

#include "host/questions/geometry/graph.hpp"
#include "host/questions/geometry/graph_threshold.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/csr_npz.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/graphs/edge_list.hpp"
#include "host/report/graphs/gexf.hpp"
#include "host/report/graphs/graphml.hpp"
#include "host/report/graphs/ring_svg.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::questions {
namespace {

constexpr int64_t kBandBytes = int64_t{64} << 20;

Json graph_json(const Graph::Answer& found) {
  const auto degree = [&](int64_t i) { return static_cast<int64_t>(found.degrees[static_cast<size_t>(i)]); };
  std::vector<int64_t> degrees(found.degrees.begin(), found.degrees.end());
  const auto nodes = std::ssize(degrees);
  const auto [least, most] = std::ranges::minmax_element(degrees);
  const double pairs = pair_count(nodes);
  Json json;
  json["threshold"] = found.threshold;
  json["rule"] = threshold_in_words(found.rule);
  json["median"] = found.distribution.median;
  json["sd"] = found.distribution.moments.sd;
  json["nodes"] = nodes;
  json["edges"] = found.edges;
  json["density"] = pairs > 0 ? Json(static_cast<double>(found.edges) / pairs) : Json(nullptr);
  json["degree"] = {{"min", *least},
                    {"max", *most},
                    {"mean", 2.0 * static_cast<double>(found.edges) / static_cast<double>(nodes)},
                    {"distribution", doubling_bins(degrees)}};
  json["isolated"] = std::ranges::count(degrees, 0);
  json["components"] = found.parts.count();
  json["largest_component"] = found.parts.sizes.front();
  json["communities"] = nullptr;
  json["modularity"] = nullptr;
  json["communities_on"] = nullptr;
  if (found.communities) {
    const std::vector<int64_t>& sizes = found.communities->partition.sizes;
    json["communities"] = found.communities->partition.count();
    json["modularity"] = found.communities->modularity;
    json["communities_on"] = found.structure_on;
    json["communities_by"] = {{"library", found.communities->library},
                              {"method", found.communities->method},
                              {"seed", found.communities->seed}};
    json["community_sizes"] =
        std::vector<int64_t>(sizes.begin(), sizes.begin() + std::min<std::ptrdiff_t>(50, std::ssize(sizes)));
    Json& members = json["community_members"] = Json::array();
    for (const std::vector<int64_t>& leading : found.leading) {
      members.push_back(token_pairs(*found.input, *found.space, leading, degree));
    }
  }
  json["hubs"] = token_pairs(*found.input, *found.space, found.hubs, degree);
  json["hub_rows"] = matrix_rows_of(*found.space, found.hubs);
  json["hub_clustering"] = found.clustering;
  json["hub_clustering_on"] = found.structure_on;
  return json;
}

std::vector<std::string> tokens_of(const Input& input, const Space& space) {
  std::vector<std::string> tokens;
  const Vocabulary* vocabulary = input.vocabulary();
  for (const int64_t row : space.matrix_rows()) {
    tokens.emplace_back(vocabulary != nullptr && vocabulary->named(row) ? (*vocabulary)[row] : std::string_view());
  }
  return tokens;
}

void write_nodes(const Graph::Answer& found, host::OutputFile& file) {
  const Vocabulary* vocabulary = found.input->vocabulary();
  std::string text = "row\ttoken\tdegree\tcomponent";
  text += found.communities ? "\tcommunity\n" : "\n";
  for (int64_t node = 0; node < found.nodes(); ++node) {
    const auto i = static_cast<size_t>(node);
    const int64_t row = found.space->matrix_row(node);
    const bool named = vocabulary != nullptr && vocabulary->named(row);
    text += std::to_string(row) + '\t' + host::tsv_text(named ? (*vocabulary)[row] : std::string_view()) + '\t' +
            std::to_string(found.degrees[i]) + '\t' + std::to_string(found.parts.group[i]);
    if (found.communities) text += '\t' + std::to_string(found.communities->partition.group[i]);
    text += '\n';
    if (text.size() < size_t{1} << 20) continue;
    file.write(text);
    text.clear();
  }
  file.write(text);
}

std::string communities_in_words(const Graph::Answer& found) {
  constexpr size_t kShown = 8;
  if (found.leading.size() < 2) return "";
  Table rows("><");
  for (size_t c = 0; c < std::min(kShown, found.leading.size()); ++c) {
    std::string members;
    for (const int64_t node : found.leading[c]) {
      members += (members.empty() ? "" : ", ") + shortened(name_of(*found.input, *found.space, node), 16);
    }
    const int64_t size = found.communities->partition.sizes[c];
    rows.row({host::grouped(size), members + (size > std::ssize(found.leading[c]) ? ", ..." : "")});
  }
  const bool more = found.communities->partition.count() > static_cast<int64_t>(kShown);
  return "\n  communities: nodes, and their members of the highest degree\n" + rows.text() + (more ? "  ...\n" : "");
}

/// Calls use(graph) with the whole graph under the names of its tokens.
template <class Use>
void with_names(const Graph::Answer& found, const Use& use) {
  const std::vector<std::string> tokens = tokens_of(*found.input, *found.space);
  use(host::NamedGraph{
      *found.whole, tokens, found.space->matrix_rows(),
      found.communities ? std::span<const int64_t>(found.communities->partition.group) : std::span<const int64_t>(),
      found.pictures.title_or(picture_title(*found.input)),
      "cosine ≥ " + host::fixed(found.threshold) + " (" + threshold_in_words(found.rule) + ")"});
}

void write_adjacency(const Graph::Answer& found, host::OutputFile& file) {
  Space& space = *found.space;
  Run& run = *found.run;
  const auto values = found.wanted.unweighted ? host::CsrValues::ones : host::CsrValues::cosines;
  host::CsrNpzWriter writer(file, space.size(), 2 * found.edges, values);
  if (found.whole) {
    run.timed("adjacency", [&] {
      writer.append(found.whole->offsets, found.whole->columns, found.whole->cosines);
      writer.finish();
    });
    return;
  }
  const auto append = [&](int64_t, const CsrBand& band) { writer.append(band.offsets, band.columns, band.cosines); };
  run.watched("adjacency", "writing edges", static_cast<double>(space.size()), "rows", [&](const Progress& progress) {
    for_each_band(space, run.precision(), found.threshold, found.degrees, kBandBytes, append, progress);
    writer.finish();
  });
}

}  // namespace

Json to_json(const Graph::Answer& found) {
  Json json;
  json["graph"] = graph_json(found);
  return json;
}

std::string table(const Graph::Answer& found) {
  using host::fixed;
  using host::grouped;
  const auto nodes = std::ssize(found.degrees);
  std::string text = describe(*found.input) + "\n\n";
  Table head("<>");
  head.row({"threshold: " + threshold_in_words(found.rule), fixed(found.threshold)});
  head.row({"nodes", grouped(nodes)});
  head.row({"edges", grouped(found.edges)});
  head.row({"mean degree", fixed(2.0 * static_cast<double>(found.edges) / static_cast<double>(nodes), 1)});
  head.row({"isolated", grouped(std::ranges::count(found.degrees, 0U))});
  head.row({"components", grouped(found.parts.count())});
  head.row({"nodes in the largest", grouped(found.parts.sizes.front())});
  if (found.communities) {
    head.row({"communities", grouped(found.communities->partition.count())});
    head.row({"modularity", fixed(found.communities->modularity)});
  }
  text += head.text();
  if (found.edges == 0) return text;
  Table hubs("<>");
  for (size_t h = 0; h < std::min<size_t>(10, found.hubs.size()); ++h) {
    hubs.row({name_of(*found.input, *found.space, found.hubs[h]),
              grouped(static_cast<int64_t>(found.degrees[static_cast<size_t>(found.hubs[h])]))});
  }
  return text + "\n  hubs and their degrees\n" + hubs.text() + communities_in_words(found);
}

void add_files(const Graph::Answer& found, Files& files) {
  const auto add_numbers = [&](const char* name, std::vector<int64_t> numbers) {
    files.add(name, [numbers = std::move(numbers)](host::OutputFile& file) {
      host::write_npy(file, std::span<const int64_t>(numbers));
    });
  };
  add_numbers("degrees.npy", {found.degrees.begin(), found.degrees.end()});
  add_numbers("components.npy", found.parts.group);
  if (found.communities) add_numbers("communities.npy", found.communities->partition.group);
  files.add("nodes.tsv", [&found](host::OutputFile& file) { write_nodes(found, file); });
  add_rows_file(files, *found.input, *found.space);
  if (found.wanted.adjacency) {
    files.add("adjacency.npz", [&found](host::OutputFile& file) { write_adjacency(found, file); });
  }
  if (!found.whole) return;
  using Write = void (*)(host::OutputFile&, const host::NamedGraph&);
  const auto add = [&](bool wanted, const char* name, Write write) {
    if (!wanted) return;
    files.add(name, [&found, write](host::OutputFile& file) {
      with_names(found, [&](const host::NamedGraph& named) { write(file, named); });
    });
  };
  add(found.wanted.gexf, "graph.gexf", host::write_gexf);
  add(found.wanted.graphml, "graph.graphml", host::write_graphml);
  add(found.wanted.edge_list, "edges.tsv", host::write_edge_list);
  if (found.nodes() > kRingNodes) return;
  found.pictures.add(files, "ring", [&found](const host::Theme& theme) {
    std::string svg;
    const auto order = found.by_community ? host::RingOrder::community : host::RingOrder::rows;
    with_names(found,
               [&](const host::NamedGraph& named) { svg = host::ring_svg(named, found.threshold, theme, order); });
    return svg;
  });
}

}  // namespace gramian::questions
