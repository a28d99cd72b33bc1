#pragma once
// Which rows of two inputs are the same item.

#include <string>

#include "host/questions/run/run.hpp"
#include "host/text/vocabulary_join.hpp"

namespace gramian::questions {

/// How tokens are paired.
struct Joining {
  std::string by = "exact";
  bool casefold = false;

  void describe(Description& d);
  /// All but the sample.
  host::JoinSettings settings(const RowOptions& rows) const;
};

/// The rows of two inputs that are the same item. Throws InvalidUsage for a missing vocabulary, InvalidInput where they
/// share nothing.
host::VocabularyJoin join_inputs(const Input& a, const Input& b, const host::JoinSettings& settings);
/// What speaks against comparing raw strings where one vocabulary marks the beginnings of words and the other does not;
/// empty where nothing does. `shared`: how many such a comparison finds.
std::string doubt_about_raw_strings(const Input& a, const Input& b, int64_t shared);
/// How many items there were before any was filtered out.
int64_t before_filters(const host::VocabularyJoin& joined);
/// What was left out, and why.
Json lost_json(const host::VocabularyJoin& joined, int64_t not_sampled, int64_t bad_rows);

}  // namespace gramian::questions
