#pragma once
// RSA of dissimilarities that are given, not of rows.

#include <string>
#include <vector>

#include "engine/analyses/comparison/dissimilarities.hpp"
#include "engine/analyses/comparison/spearman.hpp"
#include "host/questions/comparison/joining.hpp"
#include "host/questions/comparison/rank_correlations.hpp"
#include "host/questions/question.hpp"

namespace gramian::questions {

/// Two inputs as dissimilarities of the items that both name; of the same row numbers, where one names none.
class SharedRdms {
 public:
  /// Throws InvalidInput for a file that holds no dissimilarities and for fewer than 3 items.
  SharedRdms(Run& run, const std::string& first, const std::string& second, const Joining& joining,
             const RowOptions& rows);

  int64_t size() const { return a_.items; }
  const Dissimilarities& a() const { return a_; }
  const Dissimilarities& b() const { return b_; }
  /// shared, shared_before_filters, pairs and lost.
  Json json() const;
  std::string heading() const;
  void add_file(Files& files) const;

 private:
  std::vector<const Input*> inputs_;
  Dissimilarities a_;
  Dissimilarities b_;
  host::VocabularyJoin joined_;
  bool by_number_ = false;
};

}  // namespace gramian::questions
