#pragma once

#include "engine/analyses/neighborhoods/hierarchy.hpp"
#include "engine/matrix.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// The cosines of chosen tokens among themselves.
struct Similarity {
  std::string matrix;
  int64_t vectors = 0;
  std::optional<int64_t> clusters;
  PictureOptions pictures;
  TextOptions text;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Answer {
    const Input* input = nullptr;
    PictureOptions pictures;
    std::vector<int64_t> rows;
    std::vector<std::pair<std::string, std::string>> resolved;  // typed, and found as
    DenseMatrix matrix;
    std::vector<double> eigenvalues;
    DenseMatrix eigenvectors;  // as rows; as many as were asked for
    std::vector<Merge> merges;
    std::vector<int64_t> cluster_of;  // of every row, 0 .. clusters - 1; empty where none were asked for

    std::vector<std::string> names() const;
    /// The rows of every cluster, those first that are nearest to all of it (by mean cosine).
    std::vector<std::vector<int64_t>> clusters() const;
  };
  Answer ask(Run& run);
};

Json to_json(const Similarity::Answer& answer);
std::string table(const Similarity::Answer& answer);
void add_files(const Similarity::Answer& answer, Files& files);

}  // namespace gramian::questions
