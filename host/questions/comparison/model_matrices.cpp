#include "host/questions/comparison/model_matrices.hpp"

#include <cmath>
#include <vector>

#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/drawing/heatmap_svg.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

DenseMatrix model_matrix(size_t count, double diagonal) {
  DenseMatrix matrix(static_cast<int64_t>(count), static_cast<int64_t>(count));
  for (int64_t k = 0; k < matrix.rows; ++k) matrix(k, k) = diagonal;
  return matrix;
}

void set_both(DenseMatrix& matrix, size_t i, size_t j, double score) {
  const auto a = static_cast<int64_t>(i);
  const auto b = static_cast<int64_t>(j);
  matrix(a, b) = matrix(b, a) = score;
}

MeanAndSd over_pairs(const DenseMatrix& scores) {
  const auto each = [&](auto use) {
    for (int64_t i = 0; i < scores.rows; ++i) {
      for (int64_t j = i + 1; j < scores.cols; ++j) use(scores(i, j));
    }
  };
  const auto pairs = static_cast<double>(scores.rows * (scores.rows - 1) / 2);
  double sum = 0.0;
  each([&](double score) { sum += score; });
  const double mean = sum / pairs;
  double squares = 0.0;
  each([&](double score) { squares += (score - mean) * (score - mean); });
  return {mean, std::sqrt(squares / pairs)};
}

Json models_json(const SharedSpaces& spaces) {
  Json json;
  json["shared"] = spaces.size();
  json["pairs"] = spaces.pairs();
  Json& models = json["models"] = Json::array();
  for (size_t k = 0; k < spaces.count(); ++k) models.push_back(host::valid_utf8(spaces.input(k).embedding.path));
  Json& tensors = json["tensors"] = Json::array();
  for (size_t k = 0; k < spaces.count(); ++k) tensors.push_back(*path_and_tensor(spaces.input(k)).find("tensor"));
  return json;
}

std::string matrix_in_words(const std::string& name, const DenseMatrix& scores) {
  Table rows("<>");
  std::vector<std::string> head = {name};
  for (int64_t k = 0; k < scores.rows; ++k) head.push_back(std::to_string(k + 1));
  rows.row(head);
  for (int64_t i = 0; i < scores.rows; ++i) {
    std::vector<std::string> cells = {std::to_string(i + 1)};
    for (int64_t j = 0; j < scores.cols; ++j) cells.push_back(host::fixed(scores(i, j), 4));
    rows.row(cells);
  }
  return rows.text();
}

void add_matrix(Files& files, const std::string& name, const DenseMatrix& matrix) {
  files.add(name, [&matrix](host::OutputFile& file) { host::write_npy(file, matrix); });
}

std::string models_svg(const SharedSpaces& spaces, const PicturedScores& pictured, const PictureOptions& pictures,
                       const host::Theme& theme) {
  std::vector<std::string> names;
  for (size_t k = 0; k < spaces.count(); ++k) {
    const Input& input = spaces.input(k);
    names.push_back(std::to_string(k + 1) + " " +
                    (input.embedding.tensor.empty() ? picture_title(input) : input.embedding.tensor));
  }
  const std::string title = pictured.question + " of " + std::to_string(spaces.count()) + " matrices";
  return host::heatmap_svg({.cosines = pictured.scores,
                            .labels = names,
                            .merges = {},
                            .title = pictures.title_or(title),
                            .theme = theme,
                            .scale = pictures.scale(),
                            .first_name = {},
                            .second_name = {},
                            .value_name = pictured.name,
                            .size_in_words = host::grouped(spaces.size()) + " tokens that all share"});
}

}  // namespace gramian::questions
