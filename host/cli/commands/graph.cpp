#include "engine/analyses/neighborhoods/graph.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <numeric>
#include <unordered_set>

#include "engine/analyses/neighborhoods/graph_structure.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/disk.hpp"
#include "host/cli/run/rows.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/cli/run/threshold.hpp"
#include "host/communities/communities.hpp"
#include "host/report/files/csr_npz.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/graphs/edge_list.hpp"
#include "host/report/graphs/gexf.hpp"
#include "host/report/graphs/graphml.hpp"
#include "host/report/graphs/ring_svg.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

struct GraphOptions {
  CommonOptions common;
  std::string input;
  std::string threshold = "median+1sd";
  bool no_edges = false;
  bool unweighted = false;
  bool gexf = false;
  bool graphml = false;
  bool edge_list = false;
  bool no_communities = false;
  bool yes = false;
  int64_t hubs = 20;
  int64_t community_edges = 10'000'000;
};

constexpr int64_t kBackbone = 10;  // neighbours a row, where the whole graph is too large
constexpr int64_t kRingNodes = 2000;
constexpr int64_t kBytesToAskFor = int64_t{4} << 30;
constexpr int64_t kBandBytes = int64_t{64} << 20;

/// Everything that is known of the graph; its edges only where they are few enough to be held.
struct Found {
  ThresholdRule rule;
  Distribution distribution;
  double threshold = std::numeric_limits<double>::quiet_NaN();
  std::vector<uint64_t> degrees;
  int64_t edges = 0;
  std::optional<Adjacency> whole;
  std::optional<Adjacency> backbone;
  std::string structure_on;
  Partition parts;
  std::optional<Communities> communities;
  std::vector<int64_t> hubs;
  std::vector<double> clustering;  // of the hubs

  const Adjacency& held() const { return whole ? *whole : *backbone; }
};

void check_options(const GraphOptions& options) {
  if (options.common.output) return;
  for (const auto& [wanted, name] : {std::pair(options.gexf, "--gexf"), std::pair(options.graphml, "--graphml"),
                                     std::pair(options.edge_list, "--edge-list")}) {
    if (wanted) throw InvalidUsage(std::string(name) + " writes into a directory: give -o DIR");
  }
}

/// A token chosen twice is one node.
void drop_repeated_rows(Session& session, Input& input) {
  std::unordered_set<int64_t> seen;
  const auto repeated = std::erase_if(input.rows, [&](int64_t row) { return !seen.insert(row).second; });
  if (repeated > 0) {
    session.note(host::grouped(static_cast<int64_t>(repeated)) + " repeated tokens are left out: a row is one node.");
  }
}

/// What -o will take, all files together; those of the exchange formats by their usual length.
int64_t bytes_to_write(const GraphOptions& options, int64_t nodes, double edges) {
  double bytes = 64.0 * static_cast<double>(nodes) + 65536.0;
  if (!options.no_edges) {
    const auto values = options.unweighted ? host::CsrValues::ones : host::CsrValues::cosines;
    bytes += static_cast<double>(host::CsrNpzWriter::bytes(nodes, static_cast<int64_t>(2.0 * edges), values));
  }
  const bool drawn = nodes <= kRingNodes;
  bytes += edges * (110.0 * options.gexf + 110.0 * options.graphml + 40.0 * options.edge_list + 22.0 * drawn);
  return static_cast<int64_t>(bytes);
}

/// The threshold and the degrees, in as few sweeps as the rule allows; the nearest neighbours in the last of them,
/// where the graph may be too large to be held.
void find_degrees(Session& session, Space& space, const GraphOptions& options, int64_t keep_bytes, bool large,
                  Found& found, std::optional<Asked<Nearest>>& nearest) {
  DistributionSettings settings;
  settings.quantiles = {0.5};
  settings.seed = options.common.seed;
  settings.keep_bytes = keep_bytes;
  const int64_t pairs = space.size() * (space.size() - 1) / 2;
  DistributionAnalysis distribution(space, session.precision(), threshold_settings(found.rule, settings, pairs));
  if (large) nearest = nearest_neighbors(space, std::min(kBackbone, space.size() - 1));
  std::vector<SweepAnalysis*> together = {&distribution};
  const auto sweep = [&] { session.sweep(space, together); };
  const auto finish = [&] { found.distribution = session.timed("moments", [&] { return distribution.result(); }); };

  std::optional<Asked<Degrees>> degrees;
  const auto add_degrees = [&] {
    together.push_back(&degrees.emplace(Degrees{.threshold = found.threshold}));
    if (nearest) together.push_back(&*nearest);
  };
  if (found.rule.kind == ThresholdRule::Kind::value) {
    found.threshold = found.rule.number;
    add_degrees();
    sweep();
    finish();
  } else {
    sweep();
    finish();
    found.threshold = threshold_of(found.rule, found.distribution);
    together.clear();
    add_degrees();
    sweep();
  }
  found.degrees = degrees->found().counts;
  found.edges = edge_count(found.degrees);
}

void find_structure(Session& session, Space& space, const GraphOptions& options, Found& found,
                    std::optional<Asked<Nearest>>& nearest) {
  if (found.edges <= options.community_edges) {
    constexpr double kBytesPerEdge = 2 * (sizeof(int32_t) + sizeof(float)) + 100.0;
    session.require_memory(static_cast<double>(found.edges) * kBytesPerEdge);
    const Progress progress = session.progress().stage("edges", static_cast<double>(space.size()), "rows");
    found.whole = session.timed(
        "edges", [&] { return adjacency(space, session.precision(), found.threshold, found.degrees, progress); });
    session.progress().erase();
    found.structure_on = "the whole graph";
    found.parts = session.timed("components", [&] { return components(*found.whole); });
  } else {
    if (!nearest) {
      nearest = nearest_neighbors(space, std::min(kBackbone, space.size() - 1));
      SweepAnalysis* const analyses[] = {&*nearest};
      session.sweep(space, analyses);
    }
    const Progress progress = session.progress().stage("components", static_cast<double>(space.size()), "rows");
    found.parts = session.timed("components", [&] {
      return components(space, session.precision(), found.threshold, found.degrees, nearest->found(), progress);
    });
    session.progress().erase();
    found.backbone = neighbor_graph(nearest->found());
    found.structure_on = std::to_string(nearest->found().k) + "-nearest-neighbour backbone";
    session.note("Communities and clustering are those of the " + found.structure_on +
                 ": the whole graph has more than " + host::grouped(options.community_edges) +
                 " edges (--community-edges).");
  }
  found.hubs = hubs(found.degrees, options.hubs);
  found.clustering = session.timed("clustering", [&] { return local_clustering(found.held(), found.hubs); });
  if (options.no_communities) return;
  found.communities =
      session.timed("communities", [&] { return igraph::communities(found.held(), options.common.seed); });
  if (!found.communities) session.note("No communities: this build has no igraph (Debian: libigraph-dev).");
}

/// One row: no pair, so no cosine to take a threshold from.
void describe_single_row(const GraphOptions& options, Found& found) {
  threshold_settings(found.rule, {}, 0);
  if (found.rule.kind == ThresholdRule::Kind::value) found.threshold = found.rule.number;
  found.distribution.median = found.distribution.moments.sd = std::numeric_limits<double>::quiet_NaN();
  found.degrees = {0};
  found.whole = Adjacency{{0, 0}, {}, {}};
  found.structure_on = "the whole graph";
  found.parts = components(*found.whole);
  found.hubs = hubs(found.degrees, options.hubs);
  found.clustering = local_clustering(*found.whole, found.hubs);
  if (!options.no_communities) found.communities = igraph::communities(*found.whole, options.common.seed);
}

Json graph_json(const Input& input, const Space& space, const Found& found) {
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
  }
  json["hubs"] = token_pairs(input, space, found.hubs, degree);
  json["hub_rows"] = matrix_rows_json(space, found.hubs);
  json["hub_clustering"] = found.clustering;
  json["hub_clustering_on"] = found.structure_on;
  return json;
}

std::string table_of(const Input& input, const Space& space, const Found& found) {
  using host::fixed;
  using host::grouped;
  const auto nodes = std::ssize(found.degrees);
  std::string text = Session::describe(input) + "\n\n";
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
  Table table("<>");
  for (size_t h = 0; h < std::min<size_t>(10, found.hubs.size()); ++h) {
    table.row({name_of(input, space, found.hubs[h]),
               grouped(static_cast<int64_t>(found.degrees[static_cast<size_t>(found.hubs[h])]))});
  }
  return text + "\n  hubs and their degrees\n" + table.text();
}

std::vector<std::string> tokens_of(const Input& input, const Space& space) {
  std::vector<std::string> tokens;
  const Vocabulary* vocabulary = input.vocabulary();
  for (const int64_t row : space.matrix_rows()) {
    tokens.emplace_back(vocabulary != nullptr && vocabulary->named(row) ? (*vocabulary)[row] : std::string_view());
  }
  return tokens;
}

void add_adjacency(Session& session, Space& space, const GraphOptions& options, const Found& found) {
  const auto values = options.unweighted ? host::CsrValues::ones : host::CsrValues::cosines;
  session.add_file("adjacency.npz", [&session, &space, &found, values](host::OutputFile& file) {
    host::CsrNpzWriter writer(file, space.size(), 2 * found.edges, values);
    session.timed("adjacency", [&] {
      if (found.whole) {
        writer.append(found.whole->offsets, found.whole->columns, found.whole->cosines);
      } else {
        const Progress progress = session.progress().stage("writing edges", static_cast<double>(space.size()), "rows");
        for_each_band(
            space, session.precision(), found.threshold, found.degrees, kBandBytes,
            [&](int64_t, const CsrBand& band) { writer.append(band.offsets, band.columns, band.cosines); }, progress);
        session.progress().erase();
      }
      writer.finish();
    });
  });
}

void add_files(Session& session, const Input& input, Space& space, const GraphOptions& options, const Found& found,
               const host::NamedGraph* named) {
  using Write = void (*)(host::OutputFile&, const host::NamedGraph&);
  const auto add_numbers = [&](const char* name, std::vector<int64_t> numbers) {
    session.add_file(name, [numbers = std::move(numbers)](host::OutputFile& file) {
      host::write_npy(file, std::span<const int64_t>(numbers));
    });
  };
  add_numbers("degrees.npy", {found.degrees.begin(), found.degrees.end()});
  add_numbers("components.npy", found.parts.group);
  if (found.communities) add_numbers("communities.npy", found.communities->partition.group);
  add_rows_file(session, input, space);
  if (!options.no_edges) add_adjacency(session, space, options, found);
  if (named == nullptr) return;
  const auto add = [&](bool wanted, const char* name, Write write) {
    if (wanted) session.add_file(name, [named, write](host::OutputFile& file) { write(file, *named); });
  };
  add(options.gexf, "graph.gexf", host::write_gexf);
  add(options.graphml, "graph.graphml", host::write_graphml);
  add(options.edge_list, "edges.tsv", host::write_edge_list);
  if (space.size() <= kRingNodes) {
    session.add_file("ring.svg",
                     [named, &found](host::OutputFile& file) { file.write(host::ring_svg(*named, found.threshold)); });
  }
}

/// Says what will be written before anything is, and sees to it that it may be.
void forecast(const GraphOptions& options, int64_t nodes, const Found& found) {
  const int64_t bytes = bytes_to_write(options, nodes, static_cast<double>(found.edges));
  const bool whole = found.edges <= options.community_edges;
  if (!whole && (options.gexf || options.graphml || options.edge_list)) {
    throw InvalidUsage("a graph of " + host::grouped(found.edges) +
                       " edges is more than --gexf, --graphml and --edge-list are for (" +
                       host::grouped(options.community_edges) + "); --threshold edges=100000 keeps the strongest");
  }
  if (!options.common.quiet) {
    std::string line = "forecast: " + host::grouped(found.edges) + (found.edges == 1 ? " edge" : " edges");
    if (options.common.output) line += ", " + host::bytes_in_words(static_cast<double>(bytes)) + " to write";
    std::fprintf(stderr, "gramian: %s\n", line.c_str());
  }
  if (!options.common.output) return;
  require_disk(*options.common.output, bytes);
  if (bytes > kBytesToAskFor && !options.yes) ask_before_writing(*options.common.output, bytes);
}

void run_graph(const GraphOptions& options) {
  check_options(options);
  Found found;
  found.rule = parse_threshold(options.threshold);
  Session session("graph", options.common);
  Input& input = session.open(options.input, options.common.vocab);
  session.choose_rows(input);
  drop_repeated_rows(session, input);
  session.settings()["threshold"] = options.threshold;
  session.settings()["community_edges"] = options.community_edges;
  const int64_t keep_bytes = session.plan_sweep_memory(input, std::ssize(input.rows));
  const auto space = session.make_space(input);

  if (space->size() < 2) {
    describe_single_row(options, found);
    session.note("One row has no pair: there is no cosine to take a threshold from.");
  } else {
    const int64_t pairs = space->size() * (space->size() - 1) / 2;
    threshold_settings(found.rule, {}, pairs);
    const double expected =
        session.timed("pilot", [&] { return expected_edges(*space, found.rule, options.common.seed); });
    // Half of a guess: what surely does not fit is found out before the sweep.
    if (options.common.output)
      require_disk(*options.common.output, bytes_to_write(options, space->size(), expected / 2));
    const bool large = expected > 0.5 * static_cast<double>(options.community_edges);
    std::optional<Asked<Nearest>> nearest;
    find_degrees(session, *space, options, keep_bytes, large, found, nearest);
    forecast(options, space->size(), found);
    find_structure(session, *space, options, found, nearest);
  }
  session.result()["graph"] = graph_json(input, *space, found);

  const std::vector<std::string> tokens = tokens_of(input, *space);
  std::optional<host::NamedGraph> named;
  if (found.whole) {
    named.emplace(host::NamedGraph{
        *found.whole, tokens, space->matrix_rows(),
        found.communities ? std::span<const int64_t>(found.communities->partition.group) : std::span<const int64_t>(),
        std::filesystem::path(input.embedding.path).filename().string(),
        "cosine ≥ " + host::fixed(found.threshold) + " (" + threshold_in_words(found.rule) + ")"});
  }
  if (options.common.output) add_files(session, input, *space, options, found, named ? &*named : nullptr);
  session.finish(table_of(input, *space, found));
}

}  // namespace

void add_graph(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<GraphOptions>();
  CLI::App* command = app.add_subcommand("graph", "The graph that joins tokens of high cosine");
  add_matrix(*command, options->input, "E");
  command
      ->add_option("--threshold", options->threshold,
                   "median+1sd (default), 0.5, q0.99 or edges=100000: an edge has at least this cosine")
      ->type_name("T");
  command->add_flag("--no-edges", options->no_edges, "Do not write adjacency.npz");
  command->add_flag("--unweighted", options->unweighted, "adjacency.npz holds true instead of cosines");
  command->add_flag("--gexf", options->gexf, "Write graph.gexf, for Gephi");
  command->add_flag("--graphml", options->graphml, "Write graph.graphml, for networkx and igraph");
  command->add_flag("--edge-list", options->edge_list, "Write edges.tsv");
  command->add_flag("--no-communities", options->no_communities, "Do not look for communities");
  command
      ->add_option(
          "--community-edges", options->community_edges,
          "Beyond so many edges, communities are those of the 10-nearest-neighbour backbone (default 10000000)")
      ->type_name("N")
      ->check(at_least(0));
  command->add_option("--hubs", options->hubs, "List so many hubs (default 20)")->type_name("N")->check(at_least(0));
  command->add_flag("--yes", options->yes, "Do not ask before writing more than 4 GiB");
  add_text_options(*command, options->common.text, "Only the distinct tokens of this text");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_graph(*options); }; });
}

}  // namespace gramian::cli
