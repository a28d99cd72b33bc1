// Values as they are typed, or come in JSON: word expressions, thresholds, sizes, numbers, tokens, and every option of
// every question.

#include "host/questions/description.hpp"

#include <cmath>

#include "host/questions/geometry/graph_threshold.hpp"
#include "host/questions/list.hpp"
#include "host/questions/run/parse.hpp"
#include "host/text/word_expression.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;
using namespace gramian::questions;

void parse_typed(unsigned choice, const std::string& text) {
  switch (choice) {
    case 0:
      for (const auto& term : gramian::host::parse_word_expression(text)) {
        expect(term.word.size() <= text.size() && !std::isnan(term.weight), "a term is a part of the expression");
      }
      break;
    case 1:
      threshold_in_words(parse_threshold(text));
      break;
    case 2:
      expect(parse_bytes(text) >= 0, "a size is none below zero");
      break;
    case 3:
      for (const double number : parse_numbers(text, "--numbers")) expect(std::isfinite(number), "numbers are finite");
      break;
    case 4:
      if (!text.starts_with('@')) expect(!parse_tokens(text).empty(), "there is a token");
      break;
    default:
      parse_tokens("@" + put("tokens", text));
  }
}

/// Sets every option of a question that `given` names; what it then has is what was given.
void set_all(AnyQuestion& question, const Json& given) {
  const auto* members = given.get_if<Json::Object>();
  if (members == nullptr) return;
  Description description;
  question.describe(description);
  for (size_t k = 0; k < members->keys.size(); ++k) {
    Option* const option = description.find(members->keys[k]);
    const Json& value = members->values[k];
    if (option == nullptr || refuses([&] { set_value(*option, value); })) continue;
    const bool one = value.get_if<Json::Array>() == nullptr && value.get_if<std::string>() == nullptr;
    const Json has = value_of(option->target);
    const bool listed = has.get_if<Json::Array>() != nullptr;
    const bool real = has.get_if<double>() != nullptr;  // a whole number may have become one
    if (one && !listed && !real) expect(json_text(has) == json_text(value), "an option has the value it was given");
  }
  refuses([&] { check_words(description); });
  settings_json(description);
}

const gramian::fuzz::Target target("options", [](std::string_view bytes) {
  const auto [choice, rest] = chosen(bytes);
  if (choice % 8 < 6) {
    parse_typed(choice % 8, std::string(rest));
    return;
  }
  const Json given = parse_json("study", rest);
  for (const auto& question : all_questions()) set_all(*question, given);
});

}  // namespace
