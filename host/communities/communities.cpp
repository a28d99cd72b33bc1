#include "host/communities/communities.hpp"

#include <igraph/igraph.h>

#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"

namespace gramian::igraph {
namespace {

/// Statuses instead of igraph's habit of ending the process.
class QuietErrors {
 public:
  QuietErrors() : previous_(igraph_set_error_handler(igraph_error_handler_ignore)) {}
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
  ~QuietErrors() { igraph_set_error_handler(previous_); }

 private:
  igraph_error_handler_t* previous_;
};

void check(igraph_error_t status) {
  if (status == IGRAPH_SUCCESS) return;
  if (status == IGRAPH_ENOMEM) throw OutOfMemory("not enough memory for the communities of this graph");
  throw std::runtime_error(std::string("igraph: ") + igraph_strerror(status));
}

class IntVector {
 public:
  explicit IntVector(int64_t size) { check(igraph_vector_int_init(&value_, size)); }
  IntVector(const IntVector&) = delete;
  IntVector& operator=(const IntVector&) = delete;
  ~IntVector() { igraph_vector_int_destroy(&value_); }
  igraph_vector_int_t* get() { return &value_; }
  igraph_integer_t& operator[](int64_t i) { return VECTOR(value_)[i]; }

 private:
  igraph_vector_int_t value_{};
};

class RealVector {
 public:
  explicit RealVector(int64_t size) { check(igraph_vector_init(&value_, size)); }
  RealVector(const RealVector&) = delete;
  RealVector& operator=(const RealVector&) = delete;
  ~RealVector() { igraph_vector_destroy(&value_); }
  igraph_vector_t* get() { return &value_; }
  igraph_real_t& operator[](int64_t i) { return VECTOR(value_)[i]; }

 private:
  igraph_vector_t value_{};
};

class Graph {
 public:
  explicit Graph(const Adjacency& graph) {
    IntVector edges(std::ssize(graph.columns));
    int64_t end = 0;
    for (int64_t node = 0; node < graph.nodes(); ++node) {
      for (auto k = static_cast<size_t>(graph.offsets[static_cast<size_t>(node)]);
           k < static_cast<size_t>(graph.offsets[static_cast<size_t>(node) + 1]); ++k) {
        if (graph.columns[k] <= node) continue;
        edges[end++] = node;
        edges[end++] = graph.columns[k];
      }
    }
    check(igraph_create(&value_, edges.get(), graph.nodes(), IGRAPH_UNDIRECTED));
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph() { igraph_destroy(&value_); }
  const igraph_t* get() const { return &value_; }

 private:
  igraph_t value_{};
};

std::string library() {
  const char* version = nullptr;
  igraph_version(&version, nullptr, nullptr, nullptr);
  return std::string("igraph ") + version;
}

/// (2m)² times the modularity: a whole number, since comparing rounded ones might go on for ever.
__extension__ typedef __int128 Quality;

Quality quality(const Adjacency& graph, const Partition& partition) {
  std::vector<int64_t> inside(partition.sizes.size());   // twice the edges
  std::vector<int64_t> degrees(partition.sizes.size());  // summed
  for (int64_t node = 0; node < graph.nodes(); ++node) {
    const int64_t group = partition.group[static_cast<size_t>(node)];
    for (int64_t k = graph.offsets[static_cast<size_t>(node)]; k < graph.offsets[static_cast<size_t>(node) + 1]; ++k) {
      const int32_t other = graph.columns[static_cast<size_t>(k)];
      if (partition.group[static_cast<size_t>(other)] == group) ++inside[static_cast<size_t>(group)];
      ++degrees[static_cast<size_t>(group)];
    }
  }
  const Quality ends = std::ssize(graph.columns);
  Quality sum = 0;
  for (size_t group = 0; group < inside.size(); ++group) {
    sum += ends * inside[group] - Quality(degrees[group]) * degrees[group];
  }
  return sum;
}

/// Throws std::bad_alloc where igraph would find too little memory, which it does not stand: 0.10.2 goes on to use what
/// it has freed.
void require_memory(const Adjacency& graph) {
  constexpr size_t kNode = 256;  // the graph, its copies by community, queues, labels
  constexpr size_t kEdge = 128;
  ::operator delete(
      ::operator new(static_cast<size_t>(graph.nodes()) * kNode + static_cast<size_t>(graph.edges()) * kEdge));
}

}  // namespace

std::optional<Communities> communities(const Adjacency& graph, uint64_t seed) {
  const QuietErrors quiet;
  require_memory(graph);
  Communities found;
  found.library = library();
  found.method = "Leiden, modularity, edges without weights";
  found.seed = seed;
  std::vector<int64_t> labels(static_cast<size_t>(graph.nodes()));
  if (graph.edges() == 0) {
    for (size_t node = 0; node < labels.size(); ++node) labels[node] = static_cast<int64_t>(node);
  } else {
    // With degrees as node weights and 1/2m as resolution, Leiden's quality is the modularity.
    RealVector degrees(graph.nodes());
    for (int64_t node = 0; node < graph.nodes(); ++node) {
      const auto at = static_cast<size_t>(node);
      degrees[node] = static_cast<double>(graph.offsets[at + 1] - graph.offsets[at]);
    }
    const double resolution = 1.0 / static_cast<double>(graph.columns.size());
    constexpr double kRandomness = 0.01;  // igraph's own default
    const Graph copy(graph);
    IntVector membership(graph.nodes());
    check(igraph_rng_seed(igraph_rng_default(), static_cast<igraph_uint_t>(seed)));
    // Pass after pass, since igraph 0.10.2 takes "until stable" for "until something changes". A pass never lowers the
    // quality, and one in which a node moves raises it.
    Quality best = std::numeric_limits<Quality>::lowest();
    for (bool first = true;; first = false) {
      check(igraph_community_leiden(copy.get(), nullptr, degrees.get(), resolution, kRandomness, !first, 1,
                                    membership.get(), nullptr, nullptr));
      std::vector<int64_t> passed(labels.size());
      for (int64_t node = 0; node < graph.nodes(); ++node) passed[static_cast<size_t>(node)] = membership[node];
      const Quality reached = quality(graph, partition_by(passed));
      if (reached <= best) break;
      best = reached;
      labels = std::move(passed);
    }
  }
  found.partition = partition_by(labels);
  found.modularity = modularity(graph, found.partition.group);
  return found;
}

}  // namespace gramian::igraph
