#pragma once

#include "engine/analyses/distribution/spectrum.hpp"
#include "host/questions/question.hpp"
#include "host/questions/run/pictures.hpp"

namespace gramian::questions {

/// Singular values of the unit rows, or of the rows as they are.
struct SpectrumOf {
  std::string matrix;
  SpectrumSettings wanted;
  PictureOptions pictures;
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Answer {
    const Input* input = nullptr;
    PictureOptions pictures;
    bool raw = false;
    bool centered = false;              // before rows were scaled
    std::string participation() const;  // what the ratio is called in words
    int64_t vectors = 0;                // asked for
    Spectrum spectrum;
  };
  Answer ask(Run& run);
};

/// Keys that every result has about a spectrum.
Json to_json(const Spectrum& spectrum);
Json to_json(const SpectrumOf::Answer& answer);
std::string table(const SpectrumOf::Answer& answer);
void add_files(const SpectrumOf::Answer& answer, Files& files);

}  // namespace gramian::questions
