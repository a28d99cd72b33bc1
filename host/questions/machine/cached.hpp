#pragma once

#include "host/formats/hub/cached_matrices.hpp"
#include "host/questions/question.hpp"

namespace gramian::questions {

/// Which matrices the local cache of Hugging Face's libraries holds.
struct Cached {
  RunSettings settings{.device = "cpu"};  // which no option can change: nothing is computed on a device

  static About about();
  void describe(Description& d);

  struct Answer {
    std::string directory;
    host::CacheListing listing;
  };
  Answer ask(Run& run);
};

Json to_json(const Cached::Answer& answer);
std::string table(const Cached::Answer& answer);

}  // namespace gramian::questions
