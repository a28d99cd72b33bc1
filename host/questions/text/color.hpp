#pragma once

#include "engine/analyses/text/coloring.hpp"
#include "host/questions/question.hpp"
#include "host/questions/rows/text_input.hpp"
#include "host/questions/run/pictures.hpp"
#include "host/report/painted/painted_text.hpp"

namespace gramian::questions {

/// Paints a text by norms or cosines of its tokens.
struct Color {
  std::string matrix;
  TextOptions text;             // which is painted and chooses no rows: centring and the like are of all
  std::vector<std::string> by;  // "norm", "previous", "target=WORD"
  std::optional<std::vector<double>> range;
  std::string ansi = "auto";
  PictureOptions pictures;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Answer {
    const Input* input = nullptr;
    TextInput text;
    std::vector<double> norms;  // of the tokens
    std::vector<host::PaintLayer> layers;
    std::optional<host::TerminalColors> colors;
    PictureOptions pictures;

    std::string counts() const;
    /// Calls use(painted) with what pictures are made from.
    template <class Use>
    void painted(const Use& use) const;
  };
  Answer ask(Run& run);

 private:
  void check_by();
  std::optional<ValueRange> pinned() const;
};

Json to_json(const Color::Answer& answer);
std::string table(const Color::Answer& answer);
void add_files(const Color::Answer& answer, Files& files);

}  // namespace gramian::questions
