#pragma once
// rsa of more than two spaces: every pair, over the tokens that all of them share.

#include <string>
#include <vector>

#include "host/cli/run/paired_spaces.hpp"
#include "host/cli/run/rank_correlations.hpp"

namespace gramian::cli {

/// `pair` names the first two and how tokens are paired; `more` the others, with vocabularies that lie beside them.
void run_rsa_matrix(const PairOptions& pair, const std::vector<std::string>& more, const RankOptions& ranks);

}  // namespace gramian::cli
