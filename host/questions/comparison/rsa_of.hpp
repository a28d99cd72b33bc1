#pragma once

#include <variant>

#include "engine/analyses/comparison/agreement.hpp"
#include "engine/analyses/comparison/per_token_rsa.hpp"
#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/comparison/rsa_inference.hpp"
#include "engine/analyses/distribution/distribution.hpp"
#include "host/questions/comparison/compared_matrices.hpp"
#include "host/questions/comparison/rank_correlations.hpp"
#include "host/questions/comparison/rdm.hpp"
#include "host/questions/comparison/shared_spaces.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// Items up to which both matrices are drawn.
inline constexpr int64_t kPicturedItems = 400;

/// A token that is well or badly preserved, and its neighbours in both spaces.
struct PreservedToken {
  int64_t item = 0;
  std::vector<Neighbor> first;
  std::vector<Neighbor> second;
};

/// RSA of two spaces.
struct RsaPair {
  Rsa rsa;
  bool two_sided = false;
  std::optional<PermutationTest> test;
  std::optional<BootstrapInterval> interval;
  std::optional<Spearman> by_ranks;
  std::optional<Kendall> by_order;
  std::vector<double> per_token;  // of every item
  std::vector<PreservedToken> least;
  std::vector<PreservedToken> most;
  std::vector<Distribution> swept;    // of both spaces, or none
  std::vector<DenseMatrix> matrices;  // of both spaces, where they are few and files are written
};

/// RSA of more than two spaces, one score for every pair: 1 on the diagonal, no number where a space has none.
struct RsaMatrices {
  DenseMatrix pearson;
  DenseMatrix linear_cka;
  DenseMatrix linear_cka_debiased;
  Agreement agreement;  // of the Pearson correlations
  std::optional<DenseMatrix> spearman;
  bool exact_ranks = false;
  double rank_error_bound = 0.0;
};

/// Whether spaces agree: the correlation of their cosines, of two spaces or between all pairs of more.
struct RsaOf {
  ComparedMatrices compared;
  RankOptions ranks;
  int64_t permutations = 0;
  bool two_sided = false;
  int64_t bootstrap = 0;
  bool distributions = false;
  bool rdm = false;  // the inputs are dissimilarities
  PictureOptions pictures;
  Joining joining;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  using Pair = RsaPair;
  using Matrices = RsaMatrices;
  struct Answer {
    std::unique_ptr<SharedSpaces> spaces;
    std::unique_ptr<SharedRdms>
        rdms;  // instead, of dissimilarities: then of the pair nothing but correlations is found
    PictureOptions pictures;
    std::variant<Pair, Matrices> found;
  };
  Answer ask(Run& run);

 private:
  Answer compare_given(Run& run);
  Pair compare_two(Run& run, SharedSpaces& spaces) const;
  Matrices compare_all(Run& run, SharedSpaces& spaces) const;
  void infer(Run& run, SharedSpaces& spaces, Pair& pair) const;
  void sweep(Run& run, SharedSpaces& spaces, Pair& pair) const;
};

Json to_json(const RsaOf::Answer& answer);
std::string table(const RsaOf::Answer& answer);
void add_files(const RsaOf::Answer& answer, Files& files);

}  // namespace gramian::questions
