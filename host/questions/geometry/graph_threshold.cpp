#include "host/questions/geometry/graph_threshold.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

std::optional<double> number_of(std::string_view text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

constexpr double kMostEdges = 0x1p53;  // beyond it not every whole number is a double

/// Parses what follows "median".
std::optional<double> deviations_of(std::string_view rest) {
  if (rest.empty()) return 0.0;
  const double sign = rest.front() == '-' ? -1.0 : 1.0;
  if ((rest.front() != '+' && rest.front() != '-') || !rest.ends_with("sd")) return std::nullopt;
  rest = rest.substr(1, rest.size() - 3);
  if (rest.empty()) return sign;
  const std::optional<double> number = number_of(rest);
  if (!number || rest.front() == '-') return std::nullopt;
  return sign * *number;
}

}  // namespace

ThresholdRule parse_threshold(const std::string& text) {
  using Kind = ThresholdRule::Kind;
  constexpr std::string_view kMedian = "median";
  constexpr std::string_view kEdges = "edges=";
  const std::string_view view = text;
  if (view.starts_with(kMedian)) {
    if (const auto number = deviations_of(view.substr(kMedian.size()))) return {Kind::median_sd, *number};
  } else if (view.starts_with(kEdges)) {
    const auto number = number_of(view.substr(kEdges.size()));
    if (number && *number == std::floor(*number) && std::abs(*number) <= kMostEdges) return {Kind::edges, *number};
  } else if (view.starts_with('q')) {
    if (const auto number = number_of(view.substr(1))) return {Kind::quantile, *number};
  } else if (const auto number = number_of(view)) {
    return {Kind::value, *number};
  }
  throw InvalidUsage("--threshold " + host::printable(text, 200) +
                     ": must be such as median+1sd, 0.5, q0.99 or edges=100000");
}

std::string threshold_in_words(const ThresholdRule& rule) {
  switch (rule.kind) {
    case ThresholdRule::Kind::median_sd:
      if (rule.number == 0.0) return "median";
      return std::string("median ") + (rule.number < 0 ? "- " : "+ ") + host::shortest(std::abs(rule.number)) + " sd";
    case ThresholdRule::Kind::value:
      return "given";
    case ThresholdRule::Kind::quantile:
      return "quantile " + host::shortest(rule.number);
    case ThresholdRule::Kind::edges:
      return "the strongest " + host::grouped(static_cast<int64_t>(rule.number)) + " edges";
  }
  return "";
}

}  // namespace gramian::questions
