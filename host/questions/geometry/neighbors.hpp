#pragma once

#include "engine/analyses/distribution/unit_row_sum.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "host/questions/question.hpp"

namespace gramian::questions {

/// Nearest neighbours of tokens and of sums of tokens, or of every row.
struct Neighbors {
  std::string matrix;
  std::vector<std::string> named;                  // before those of `tokens`
  std::optional<std::vector<std::string>> tokens;  // asked for; they choose no rows
  std::vector<std::string> expressions;
  bool all = false;
  bool include_inputs = false;
  std::optional<int64_t> k;
  std::optional<double> radius;
  bool chord = false;
  int64_t hubs = 20;
  TextOptions text;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  /// A token as typed, or a sum of them, and what was found near it. Rows are those of the space.
  struct Query {
    std::string text;
    UnitRowSum sum;
    bool is_sum = false;
    std::vector<std::pair<std::string, double>> terms;  // of a sum: tokens as found, and their weights
    std::vector<Neighbor> found;
  };
  struct Answer {
    const Input* input = nullptr;
    std::unique_ptr<Space> space;
    bool asked = false;                                         // for something other than all rows
    std::vector<std::pair<std::string, std::string>> resolved;  // typed, and found as
    std::vector<Query> queries;
    std::optional<NeighborTable> all;
    Hubness hubness;  // of all
    bool chord = false;
  };
  Answer ask(Run& run);

 private:
  void check() const;
  void find_rows(Run& run, Answer& answer) const;
  std::vector<Neighbor> search(Space& space, const Query& query) const;
};

Json to_json(const Neighbors::Answer& answer);
std::string table(const Neighbors::Answer& answer);
void add_files(const Neighbors::Answer& answer, Files& files);

}  // namespace gramian::questions
