#pragma once
// --threshold: how it is typed and how it is read out.

#include <string>

#include "engine/analyses/neighborhoods/graph.hpp"

namespace gramian::questions {

/// "median+1sd", "median-0.5sd", "median", "0.5", "q0.99", "edges=100000". Throws InvalidUsage.
ThresholdRule parse_threshold(const std::string& text);
/// "median + 1 sd", "given", "quantile 0.99", "the strongest 100,000 edges"
std::string threshold_in_words(const ThresholdRule& rule);

}  // namespace gramian::questions
