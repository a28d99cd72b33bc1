#include "host/questions/geometry/graph.hpp"

#include <algorithm>
#include <unordered_set>

#include "engine/error.hpp"
#include "engine/row_products.hpp"
#include "host/communities/communities.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/geometry/graph_threshold.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/disk.hpp"
#include "host/report/files/csr_npz.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

constexpr int64_t kBackbone = 10;  // neighbours a row, where the whole graph is too large
constexpr int64_t kBytesToAskFor = int64_t{4} << 30;
constexpr const char* kLess = "a higher --threshold, or --no-edges, needs less";

/// A token chosen twice is one node.
void drop_repeated_rows(Run& run, Input& input) {
  std::unordered_set<int64_t> seen;
  const auto repeated = std::erase_if(input.rows, [&](int64_t row) { return !seen.insert(row).second; });
  if (repeated > 0) {
    run.note(host::grouped(static_cast<int64_t>(repeated)) + " repeated tokens are left out: a row is one node.");
  }
}

Asked<Nearest> nearest_of(const Space& space) {
  return nearest_neighbors(space, std::min(kBackbone, space.size() - 1));
}

}  // namespace

About Graph::about() {
  return {
      .name = "graph",
      .summary = "The graph that joins tokens of high cosine",
      .keys = {{"graph", "threshold, edges, degrees, components, communities with their leading members, and hubs"}},
      .definitions = {{"edge", "i and j ≠ i of a cosine of at least the threshold; degree: edges of a node"},
                      {"communities",
                       "Leiden's (Traag et al. 2019), by modularity Σ (e/m − (g/2m)²) of edges without weights"},
                      {"clustering",
                       "the share of pairs of a node's neighbours that are joined (Watts & Strogatz 1998)"}},
      .files = {{"adjacency.npz", "scipy's CSR: cosines of the edges"},
                {"degrees.npy", "of every node"},
                {"components.npy", "number of the component of every node"},
                {"communities.npy", "number of the community of every node"},
                {"nodes.tsv", "row, token, degree, component and community of every node"},
                {"rows.npy", "rows of the matrix that were used, where not all are"},
                {"graph.gexf", "with --gexf"},
                {"graph.graphml", "with --graphml"},
                {"edges.tsv", "with --edge-list"},
                {"ring.svg", "up to 2,000 nodes"}},
      .examples = {{"graph sample/run1.npy", "edges from the median and one sd on"},
                   {"graph sample/run1.npy --threshold edges=2000 --gexf -o out", "the strongest, for Gephi"}}};
}

void Graph::describe(Description& d) {
  settings.describe(d);
  text.describe(d, "Only the distinct tokens of this text");
  rows.describe(d);
  d.input("E", matrix);
  rows.place_tokens(d, "Only these");
  d.option("--threshold", &threshold, "T",
           "median+1sd (default), 0.5, q0.99 or edges=100000: an edge has at least this cosine");
  d.option("--community-edges", &community_edges, "N",
           "Beyond so many edges, communities are those of the 10-nearest-neighbour backbone")
      .at_least(0);
  d.flag("--no-edges", no_edges, "Do not write adjacency.npz");
  d.flag("--unweighted", unweighted, "adjacency.npz holds true instead of cosines");
  d.flag("--gexf", gexf, "Write graph.gexf, for Gephi");
  d.flag("--graphml", graphml, "Write graph.graphml, for networkx and igraph");
  d.flag("--edge-list", edge_list, "Write edges.tsv");
  d.flag("--no-communities", no_communities, "Do not look for communities");
  d.option("--hubs", &hubs, "N", "List so many hubs").at_least(0);
  pictures.describe(d);
  d.in(Group::pictures);
  d.option("--order", &order, "HOW", "Nodes of the ring in the order of rows, or sorted by community: rows, community")
      .one_of({"rows", "community"});
  d.in(Group::own);
  d.flag("--yes", yes, "Do not ask before writing more than 4 GiB").unrecorded();
}

Graph::Wanted Graph::wanted() const {
  return {.adjacency = !no_edges, .unweighted = unweighted, .gexf = gexf, .graphml = graphml, .edge_list = edge_list};
}

/// All files together; those of the exchange formats by their usual length.
int64_t Graph::bytes_to_write(int64_t nodes, double edges) const {
  double bytes = 112.0 * static_cast<double>(nodes) + 65536.0;
  if (!no_edges) {
    const auto values = unweighted ? host::CsrValues::ones : host::CsrValues::cosines;
    bytes += static_cast<double>(host::CsrNpzWriter::bytes(nodes, static_cast<int64_t>(2.0 * edges), values));
  }
  const bool drawn = nodes <= kRingNodes && !pictures.none();
  bytes += edges * (110.0 * gexf + 110.0 * graphml + 40.0 * edge_list + 22.0 * drawn);
  return static_cast<int64_t>(bytes);
}

/// One row: no pair, so no cosine to take a threshold from.
void Graph::describe_single_row(Answer& answer) const {
  threshold_settings(answer.rule, {}, 0);
  if (answer.rule.kind == ThresholdRule::Kind::value) answer.threshold = answer.rule.number;
  answer.distribution.median = answer.distribution.moments.sd = std::numeric_limits<double>::quiet_NaN();
  answer.degrees = {0};
  answer.whole = Adjacency{{0, 0}, {}, {}};
  answer.structure_on = "the whole graph";
  answer.parts = components(*answer.whole);
  answer.hubs = gramian::hubs(answer.degrees, hubs);
  answer.clustering = local_clustering(*answer.whole, answer.hubs);
  if (!no_communities) answer.communities = igraph::communities(*answer.whole, settings.seed);
}

/// The threshold and the degrees, in as few sweeps as the rule allows; the nearest neighbours in the last of them,
/// where the graph may be too large to be held.
void Graph::find_degrees(Run& run, int64_t keep_bytes, bool large, Answer& answer,
                         std::optional<Asked<Nearest>>& nearest) const {
  Space& space = *answer.space;
  DistributionSettings of_rule;
  of_rule.quantiles = {0.5};
  of_rule.counted = false;
  of_rule.seed = run.seed();
  of_rule.keep_bytes = keep_bytes;
  const int64_t pairs = space.size() * (space.size() - 1) / 2;
  DistributionAnalysis distribution(space, run.precision(), threshold_settings(answer.rule, of_rule, pairs));
  if (large) nearest = nearest_of(space);
  std::vector<SweepAnalysis*> together = {&distribution};
  const auto sweep = [&] { run.sweep(space, together); };
  const auto finish = [&] { answer.distribution = run.timed("moments", [&] { return distribution.result(); }); };

  std::optional<Asked<Degrees>> degrees;
  const auto add_degrees = [&] {
    together.push_back(&degrees.emplace(Degrees{.threshold = answer.threshold}));
    if (nearest) together.push_back(&*nearest);
  };
  if (answer.rule.kind == ThresholdRule::Kind::value) {
    answer.threshold = answer.rule.number;
    add_degrees();
    sweep();
    finish();
  } else {
    sweep();
    finish();
    answer.threshold = threshold_of(answer.rule, answer.distribution);
    together.clear();
    add_degrees();
    sweep();
  }
  if (answer.rule.kind != ThresholdRule::Kind::value) run.note_narrow(answer.distribution.moments.sd);
  answer.degrees = degrees->found().counts;
  answer.edges = edge_count(answer.degrees);
}

void Graph::find_structure(Run& run, Answer& answer, std::optional<Asked<Nearest>>& nearest) const {
  Space& space = *answer.space;
  const auto rows_to_do = static_cast<double>(space.size());
  if (answer.edges <= community_edges) {
    run.require_sweep_memory(*answer.input, space.size(),
                             adjacency_bytes(answer.edges) + smaller_gram_size(space.size(), space.dim()),
                             "a higher --threshold, or a smaller --community-edges, takes less");
    answer.whole = run.watched("edges", "edges", rows_to_do, "rows", [&](const Progress& progress) {
      return adjacency(space, run.precision(), answer.threshold, answer.degrees, progress);
    });
    answer.structure_on = "the whole graph";
    answer.parts = run.timed("components", [&] { return components(*answer.whole); });
  } else {
    if (!nearest) {
      nearest = nearest_of(space);
      SweepAnalysis* const analyses[] = {&*nearest};
      run.sweep(space, analyses);
    }
    answer.parts = run.watched("components", "components", rows_to_do, "rows", [&](const Progress& progress) {
      return components(space, run.precision(), answer.threshold, answer.degrees, nearest->found(), progress);
    });
    answer.backbone = neighbor_graph(nearest->found());
    answer.structure_on = std::to_string(nearest->found().k) + "-nearest-neighbour backbone";
    run.note("Communities and clustering are those of the " + answer.structure_on + ": the whole graph has more than " +
             host::grouped(community_edges) + " edges (--community-edges).");
  }
  answer.hubs = gramian::hubs(answer.degrees, hubs);
  answer.clustering = run.timed("clustering", [&] { return local_clustering(answer.held(), answer.hubs); });
  if (no_communities) return;
  answer.communities = run.timed("communities", [&] { return igraph::communities(answer.held(), run.seed()); });
  if (!answer.communities) run.note("No communities: this build has no igraph (Debian: libigraph-dev).");
}

void Graph::note_pictures(Run& run, const Answer& answer) const {
  if (answer.nodes() > kRingNodes) {
    run.note("ring.svg is not written: it is for up to " + host::grouped(kRingNodes) + " nodes.");
  } else if (!answer.whole) {
    run.note("ring.svg is not written: the graph has more than " + host::grouped(community_edges) + " edges.");
  } else if (answer.by_community && !answer.communities) {
    run.note("There are no communities: the ring is in the order of rows.");
  }
}

void Graph::find_leading(Answer& answer) const {
  if (!answer.communities) return;
  constexpr int64_t kCommunities = 50;
  constexpr size_t kMembers = 5;
  const Partition& partition = answer.communities->partition;
  answer.leading.resize(static_cast<size_t>(std::min(kCommunities, partition.count())));
  const auto less = [&](int64_t a, int64_t b) {
    const uint64_t one = answer.degrees[static_cast<size_t>(a)];
    const uint64_t two = answer.degrees[static_cast<size_t>(b)];
    return one != two ? one > two : a < b;
  };
  for (int64_t node = 0; node < answer.nodes(); ++node) {
    const auto own = static_cast<size_t>(partition.group[static_cast<size_t>(node)]);
    if (own >= answer.leading.size()) continue;
    std::vector<int64_t>& members = answer.leading[own];
    members.insert(std::ranges::upper_bound(members, node, less), node);
    if (members.size() > kMembers) members.pop_back();
  }
}

/// Says what will be written before anything is, and sees to it that it may be.
void Graph::forecast(Run& run, const Answer& answer) const {
  const int64_t bytes = bytes_to_write(answer.nodes(), static_cast<double>(answer.edges));
  const bool whole = answer.edges <= community_edges;
  if (!whole && (gexf || graphml || edge_list)) {
    throw InvalidUsage("a graph of " + host::grouped(answer.edges) +
                       " edges is more than --gexf, --graphml and --edge-list are for (" +
                       host::grouped(community_edges) + "); --threshold edges=100000 keeps the strongest");
  }
  const std::string in_words = host::bytes_in_words(static_cast<double>(bytes));
  run.front().forecast("forecast: " + host::grouped(answer.edges) + (answer.edges == 1 ? " edge" : " edges") +
                       (run.output() ? ", " + in_words + " to write" : ""));
  if (!run.output()) return;
  require_disk(*run.output(), bytes, kLess);
  if (bytes <= kBytesToAskFor || yes) return;
  const bool agreed = run.front().agrees("Write " + in_words + " to " + host::printable(*run.output(), 4096) + "?");
  if (!agreed) throw Interrupted("not written");
}

Graph::Answer Graph::ask(Run& run) {
  for (const auto& [asked, name] :
       {std::pair(gexf, "--gexf"), std::pair(graphml, "--graphml"), std::pair(edge_list, "--edge-list")}) {
    if (asked && !run.keeps_files()) {
      throw InvalidUsage(std::string(name) + " writes into a directory: give -o DIR");
    }
  }
  Answer answer;
  pictures.check();
  answer.run = &run;
  answer.pictures = pictures;
  answer.by_community = order == "community";
  answer.wanted = wanted();
  answer.rule = parse_threshold(threshold);
  Input& input = run.open(matrix, rows.vocab, text.file ? std::nullopt : rows.most());
  answer.input = &input;
  choose_rows(run, input, rows, text);
  drop_repeated_rows(run, input);
  const int64_t keep_bytes = run.plan_sweep_memory(input, std::ssize(input.rows),
                                                   smaller_gram_bytes(std::ssize(input.rows), input.view().cols));
  answer.space = run.make_space(input, rows);
  const int64_t n = answer.space->size();
  if (n < 2) {
    describe_single_row(answer);
    run.note("One row has no pair: there is no cosine to take a threshold from.");
  } else {
    threshold_settings(answer.rule, {}, n * (n - 1) / 2);
    const double expected = run.timed("pilot", [&] { return expected_edges(*answer.space, answer.rule, run.seed()); });
    // Half of a guess: what surely does not fit is found out before the sweep.
    if (run.output()) require_disk(*run.output(), bytes_to_write(n, expected / 2), kLess);
    std::optional<Asked<Nearest>> nearest;
    find_degrees(run, keep_bytes, expected > 0.5 * static_cast<double>(community_edges), answer, nearest);
    forecast(run, answer);
    find_structure(run, answer, nearest);
  }
  find_leading(answer);
  if (run.keeps_files() && !pictures.none()) note_pictures(run, answer);
  if (run.keeps_files()) note_rows_file(run, input, *answer.space);
  return answer;
}

}  // namespace gramian::questions
