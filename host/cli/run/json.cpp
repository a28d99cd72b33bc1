#include "host/cli/run/json.hpp"

#include <algorithm>

#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

void write(const Json& json, size_t depth, std::string& text) {
  if (!json.is_structured() || json.empty()) {
    text += json.dump();
    return;
  }
  const bool object = json.is_object();
  const bool flat = !object && std::ranges::none_of(json, [](const Json& item) { return item.is_structured(); });
  const std::string indent(2 * (depth + 1), ' ');
  text += object ? '{' : '[';
  bool first = true;
  for (const auto& item : json.items()) {
    if (!first) text += flat ? ", " : ",";
    first = false;
    if (!flat) text.append("\n").append(indent);
    if (object) text += Json(item.key()).dump() + ": ";
    write(item.value(), depth + 1, text);
  }
  if (!flat) text.append("\n").append(indent, 2);
  text += object ? '}' : ']';
}

}  // namespace

std::string json_text(const Json& json) {
  std::string text;
  write(json, 0, text);
  return text + "\n";
}

Json to_json(const DenseMatrix& matrix) {
  Json rows = Json::array();
  for (int64_t i = 0; i < matrix.rows; ++i) {
    Json row = Json::array();
    for (int64_t j = 0; j < matrix.cols; ++j) row.push_back(matrix(i, j));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json token_json(const Vocabulary* vocabulary, int64_t row) {
  if (vocabulary == nullptr || !vocabulary->named(row)) return nullptr;
  return host::valid_utf8((*vocabulary)[row]);
}

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

}  // namespace gramian::cli
