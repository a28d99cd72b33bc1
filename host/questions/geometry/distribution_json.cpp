#include "host/questions/geometry/distribution_json.hpp"

#include <cmath>

#include "host/questions/rows/row_choice.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

Json to_json(const Distribution& distribution, std::span<const int64_t> rows, const Vocabulary* vocabulary) {
  Json json;
  json["pairs"] = distribution.moments.pairs;
  json["mean"] = distribution.moments.mean;
  json["sd"] = distribution.moments.sd;
  json["min"] = distribution.extremes.min;
  json["max"] = distribution.extremes.max;
  json["median"] = distribution.median;
  json["quantiles"] = Json::object();
  for (const Quantile& quantile : distribution.quantiles) {
    json["quantiles"][host::shortest(quantile.q)] = quantile.value;
  }
  json["histogram"] = {{"lo", distribution.histogram_spec.lo},     {"hi", distribution.histogram_spec.hi},
                       {"bins", distribution.histogram_spec.bins}, {"below", distribution.histogram.below},
                       {"above", distribution.histogram.above},    {"counts", distribution.histogram.counts}};
  // Counts are those of cosines as they were swept.
  const double bound = distribution.histogram_bound;
  json["histogram"]["bound"] = std::isfinite(bound) ? Json(bound) : Json(nullptr);
  const auto pair = [&](const Pair& at) -> Json {
    if (distribution.moments.pairs == 0) return nullptr;
    const int64_t i = rows[static_cast<size_t>(at.i)];
    const int64_t j = rows[static_cast<size_t>(at.j)];
    return {{"rows", {i, j}}, {"tokens", {token_json(vocabulary, i), token_json(vocabulary, j)}}};
  };
  json["min_pair"] = pair(distribution.extremes.min_at);
  json["max_pair"] = pair(distribution.extremes.max_at);
  return json;
}

}  // namespace gramian::questions
