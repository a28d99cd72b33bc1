#pragma once
// How an answer is shown, and where it goes.

#include <optional>
#include <string>

#include "host/questions/question.hpp"

namespace gramian::cli {

struct Presentation {
  std::optional<std::string> output;
  bool force = false;
  bool json = false;
  std::string progress = "auto";
  bool verbose = false;
  bool quiet = false;

  void describe(questions::Description& d);
};

/// Asks the question and shows the answer: result.json to -o and, with --json, to stdout; else the table.
void ask(questions::AnyQuestion& question, const questions::Description& d, const Presentation& presentation);

/// Everything to stdout; quiet when nobody reads it any more.
void print(const std::string& text);

}  // namespace gramian::cli
