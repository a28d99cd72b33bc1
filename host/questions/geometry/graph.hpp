#pragma once

#include <limits>

#include "engine/analyses/distribution/distribution.hpp"
#include "engine/analyses/neighborhoods/graph.hpp"
#include "engine/analyses/neighborhoods/graph_structure.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// Nodes up to which a graph is drawn.
inline constexpr int64_t kRingNodes = 2000;

/// The graph that joins tokens of high cosine.
struct Graph {
  std::string matrix;
  std::string threshold = "median+1sd";
  bool no_edges = false;
  bool unweighted = false;
  bool gexf = false;
  bool graphml = false;
  bool edge_list = false;
  bool no_communities = false;
  int64_t community_edges = 10'000'000;
  int64_t hubs = 20;
  bool yes = false;
  std::string order = "rows";
  PictureOptions pictures;
  TextOptions text;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  /// Which files were asked for.
  struct Wanted {
    bool adjacency = true;
    bool unweighted = false;
    bool gexf = false;
    bool graphml = false;
    bool edge_list = false;
  };
  /// Everything that is known of the graph; its edges only where they are few enough to be held. Nodes are rows of the
  /// space.
  struct Answer {
    Run* run = nullptr;  // edges that are not held are found again when they are written
    const Input* input = nullptr;
    PictureOptions pictures;
    bool by_community = false;  // on the ring
    std::unique_ptr<Space> space;
    Wanted wanted;
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
    /// Of the largest communities: their members of the highest degree.
    std::vector<std::vector<int64_t>> leading;

    const Adjacency& held() const { return whole ? *whole : *backbone; }
    int64_t nodes() const { return std::ssize(degrees); }
  };
  Answer ask(Run& run);

 private:
  Wanted wanted() const;
  int64_t bytes_to_write(int64_t nodes, double edges) const;
  void describe_single_row(Answer& answer) const;
  void find_degrees(Run& run, int64_t keep_bytes, bool large, Answer& answer,
                    std::optional<Asked<Nearest>>& nearest) const;
  void find_structure(Run& run, Answer& answer, std::optional<Asked<Nearest>>& nearest) const;
  void find_leading(Answer& answer) const;
  void note_pictures(Run& run, const Answer& answer) const;
  void forecast(Run& run, const Answer& answer) const;
};

Json to_json(const Graph::Answer& answer);
std::string table(const Graph::Answer& answer);
void add_files(const Graph::Answer& answer, Files& files);

}  // namespace gramian::questions
