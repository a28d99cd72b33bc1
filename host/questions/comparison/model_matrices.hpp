#pragma once
// Scores of every two of several spaces, as a matrix: what rsa and stability of more than two have in common.

#include <string>

#include "engine/matrix.hpp"
#include "host/questions/comparison/shared_spaces.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// count x count, `diagonal` where a space meets itself.
DenseMatrix model_matrix(size_t count, double diagonal);
void set_both(DenseMatrix& matrix, size_t i, size_t j, double score);

/// Of the scores of every two different spaces; NaN where one of them is.
struct MeanAndSd {
  double mean = 0.0;
  double sd = 0.0;  // ddof 0
};
MeanAndSd over_pairs(const DenseMatrix& scores);

/// shared, pairs, models and tensors.
Json models_json(const SharedSpaces& spaces);
/// A table with the numbers of the spaces on both sides.
std::string matrix_in_words(const std::string& name, const DenseMatrix& scores);
/// NAME.npy.
void add_matrix(Files& files, const std::string& name, const DenseMatrix& matrix);

struct PicturedScores {
  const DenseMatrix& scores;
  std::string name;      // of the number in a cell
  std::string question;  // what is asked of the matrices
};
std::string models_svg(const SharedSpaces& spaces, const PicturedScores& pictured, const PictureOptions& pictures,
                       const host::Theme& theme);

}  // namespace gramian::questions
