#pragma once
// How pictures of an answer are drawn, and as which files.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/questions/question.hpp"
#include "host/report/drawing/heatmap_svg.hpp"
#include "host/report/drawing/theme.hpp"

namespace gramian::questions {

struct PictureOptions {
  std::string formats = "svg";
  std::string theme = "light";
  std::optional<std::string> title;
  std::string order = "tree";
  std::optional<std::vector<double>> range;

  void describe(Description& d);
  /// Of matrices also --order and --range.
  void describe_of_matrices(Description& d);
  /// Throws InvalidUsage for a format that this build does not write and for a range that is none.
  void check() const;
  std::string title_or(const std::string& otherwise) const { return title.value_or(otherwise); }
  /// `draw` as NAME.svg, and as NAME.pdf or NAME.png where that was asked for; no file where none was.
  void add(Files& files, const std::string& name, std::function<std::string(const host::Theme&)> draw) const;
  bool none() const { return formats == "none"; }
  bool by_tree() const { return order == "tree"; }
  std::optional<host::HeatmapScale> scale() const;
};

/// What a picture of an input is called: its file, or the folder of a file whose name says nothing,
/// "model.safetensors".
std::string picture_title(const Input& input);

}  // namespace gramian::questions
