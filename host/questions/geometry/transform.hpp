#pragma once

#include "host/questions/question.hpp"
#include "host/report/vectors/vector_file.hpp"

namespace gramian::questions {

/// The chosen rows after preprocessing, written as a file that other programs read, with their tokens.
struct Transform {
  std::string matrix;
  std::string path;
  bool unit = false;  // scaled to length 1 at last
  std::string dtype = "auto";
  RowOptions rows;
  RunSettings settings;

  static About about();
  void describe(Description& d);

  struct Answer {
    const Input* input = nullptr;
    std::string path;
    std::string format;
    int64_t rows = 0;
    int64_t dim = 0;
    std::string dtype;
    std::string tokens;  // the file that holds them: `path`, or one beside it; empty where there are none
    std::vector<host::ListedFile> written;
  };
  Answer ask(Run& run);

 private:
  ElementType written_type(const Input& input, const host::VectorFormat& format) const;
  void write(Run& run, Space& space, const Input& input, const host::VectorFormat& format, ElementType type,
             host::OutputFile& file) const;
};

Json to_json(const Transform::Answer& answer);
std::string table(const Transform::Answer& answer);

}  // namespace gramian::questions
