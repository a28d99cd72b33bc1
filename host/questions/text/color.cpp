#include "host/questions/text/color.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/questions/text/paint_target.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::questions {
namespace {

/// Tokens that text.svg shows at most, and a terminal.
constexpr int64_t kPictured = 10'000;
constexpr int64_t kOnTerminal = 4'000;

/// Tokens of the text as rows of the space.
class Places {
 public:
  explicit Places(const Space& space) {
    for (int64_t i = 0; i < space.size(); ++i) {
      const auto row = static_cast<size_t>(space.matrix_row(i));
      if (row >= place_.size()) place_.resize(row + 1, kNoRow);
      place_[row] = i;
    }
  }
  int64_t of(int64_t matrix_row) const {
    const bool there = matrix_row >= 0 && matrix_row < std::ssize(place_);
    return there ? place_[static_cast<size_t>(matrix_row)] : kNoRow;
  }

 private:
  std::vector<int64_t> place_;
};

host::PaintLayer paint(Run& run, const Input& input, Space& space, const TextInput& text,
                       const std::vector<int64_t>& rows, const Places& places, const std::string& by,
                       const std::optional<ValueRange>& pinned) {
  host::PaintLayer layer;
  layer.by = host::valid_utf8(by);
  if (by == "norm") {
    layer.heading = "norm";
    layer.values = norms_along(space, rows);
  } else if (by == "previous") {
    layer.heading = "cosine to the previous token";
    layer.values = cosines_to_previous(space, rows);
  } else {
    const std::string word = by.substr(7);
    layer.heading = "cosine to " + token_in_quotes(word, 60);
    std::vector<int64_t> target;
    for (const int64_t row : find_target(run, input, text, word)) {
      target.push_back(places.of(row));
      if (target.back() == kNoRow) {
        throw InvalidUsage("the target " + token_in_quotes(word, 200) + " is not among the rows that are used");
      }
    }
    layer.values = cosines_to_target(space, rows, mean_of_rows(space, target));
  }
  const ValueRange range = pinned.value_or(range_of(layer.values));
  layer.lo = range.lo;
  layer.hi = range.hi;
  layer.scaled = scaled_to(layer.values, range);
  return layer;
}

/// One layer: the thing itself; several: a list of them.
template <class Of>
Json one_or_list(const std::vector<host::PaintLayer>& layers, Of&& of) {
  if (layers.size() == 1) return of(layers.front());
  Json list = Json::array();
  for (const host::PaintLayer& layer : layers) list.push_back(of(layer));
  return list;
}

/// The strongest and weakest tokens of a layer, each with the token before it where that matters.
std::string strongest(const Input& input, const TextInput& text, const host::PaintLayer& layer) {
  constexpr size_t kShown = 6;
  const auto name = [&](size_t t) { return name_of(input, text.tokens[t].id); };
  std::vector<std::pair<double, size_t>> order;
  for (size_t t = 0; t < layer.values.size(); ++t) {
    if (!std::isnan(layer.values[t])) order.emplace_back(layer.values[t], t);
  }
  std::string head = "  " + layer.heading;
  if (order.empty()) return head + ": nothing to paint\n";
  head += ", scale " + host::significant(layer.lo) + " to " + host::significant(layer.hi) + "\n";
  std::ranges::sort(order);
  const auto list = [&](auto first, auto last) {
    std::vector<std::string> seen;
    std::vector<std::string> values;
    for (; first != last && seen.size() < kShown; ++first) {
      const size_t t = first->second;
      const std::string shown = layer.by == "previous" ? name(t - 1) + " " + name(t) : name(t);
      if (std::ranges::find(seen, shown) != seen.end()) continue;
      seen.push_back(shown);
      values.push_back(host::fixed(first->first));
    }
    return std::pair(std::move(seen), std::move(values));
  };
  const auto strong = list(order.rbegin(), order.rend());
  const auto weak = list(order.begin(), order.end());
  Table table("<><>", "    ");
  table.row({"strongest", "", "weakest", ""});
  for (size_t k = 0; k < std::max(strong.first.size(), weak.first.size()); ++k) {
    const auto cell = [&](const std::vector<std::string>& cells) { return k < cells.size() ? cells[k] : ""; };
    table.row({cell(strong.first), cell(strong.second), cell(weak.first), cell(weak.second)});
  }
  return head + table.text();
}

/// Tokens whose rows are not used become unknown; returns their places among the rows of the space.
std::vector<int64_t> place_tokens(Run& run, TextInput& text, const Places& places) {
  std::vector<int64_t> rows;
  int64_t left_out = 0;
  for (host::TextToken& token : text.tokens) {
    rows.push_back(places.of(token.id));
    if (rows.back() != kNoRow || token.id == host::TextToken::kUnknown) continue;
    token.id = host::TextToken::kUnknown;
    ++left_out;
  }
  text.out_of_vocabulary += left_out;
  if (left_out > 0) {
    run.note(host::grouped(left_out) + " tokens of the text have rows that are not used; they are out of vocabulary.");
  }
  return rows;
}

}  // namespace

About Color::about() {
  return {.name = "color",
          .summary = "Paint a text by norms or cosines of its tokens",
          .keys = {{"by", "what was painted, a layer each"},
                   {"range", "ends of the scale; of several layers a list"},
                   {"out_of_vocabulary", "tokens without a value"},
                   {"tokens", "of the text"},
                   {"rows", "their rows in E; null out of vocabulary"},
                   {"begin", "first byte of each"},
                   {"end", "the byte after its last"},
                   {"values", "of each; of several layers a list"},
                   {"scaled", "the same from 0 to 1"},
                   {"layers", "what was painted, its range and values: the same shape however many there are"}},
          .files = {{"text.html", "the painted text"},
                    {"text.svg", "the same as a picture, up to 10,000 tokens"},
                    {"values.tsv", "a line a token"}},
          .examples = {{"color sample/run1.npy --text sample/text.txt", "by the lengths of rows, on the terminal"},
                       {"color sample/run1.npy --text sample/text.txt --by previous --by target=font -o out",
                        "two layers, as a page"}}};
}

void Color::describe(Description& d) {
  settings.describe(d);
  text.describe(d, "The text to paint");
  d.find("text")->is_required();
  rows.describe(d);
  d.input("E", matrix);
  d.option("--by", &by, "WHAT",
           "norm (default), previous (cosine to the token before) or target=WORD (cosine to it); repeatable");
  d.option("--range", &range, "LO,HI", "Ends of the scale (default: the smallest and the largest value)");
  d.option("--ansi", &ansi, "WHEN", "Colours on stdout: auto (on a terminal), always, never")
      .one_of({"auto", "always", "never"})
      .unrecorded();
  pictures.describe(d);
}

void Color::check_by() {
  if (by.empty()) by = {"norm"};
  for (auto each = by.begin(); each != by.end(); ++each) {
    const bool target = each->starts_with("target=") && each->size() > 7;
    if (*each != "norm" && *each != "previous" && !target) {
      throw InvalidUsage("--by " + host::printable(*each, 200) + ": must be norm, previous or target=WORD");
    }
    if (std::find(by.begin(), each, *each) != each) {
      throw InvalidUsage("--by " + host::printable(*each, 200) + ": given twice");
    }
  }
}

std::optional<ValueRange> Color::pinned() const {
  if (!range) return std::nullopt;
  if (range->size() != 2 || !((*range)[0] < (*range)[1])) {
    std::string typed;
    for (const double end : *range) typed += (typed.empty() ? "" : ",") + host::shortest(end);
    throw InvalidUsage("--range " + typed + ": must be LO,HI with LO below HI");
  }
  return ValueRange{(*range)[0], (*range)[1]};
}

Color::Answer Color::ask(Run& run) {
  if (!text.file) throw InvalidUsage("color: give the text by --text FILE");
  check_by();
  const std::optional<ValueRange> scale = pinned();
  pictures.check();
  Answer answer;
  answer.pictures = pictures;
  answer.colors = run.front().colors(ansi);
  Input& input = run.open(matrix, rows.vocab);
  answer.input = &input;
  answer.text = read_text(run, input, text);
  choose_rows(run, input, rows);
  const bool norms_alone = by == std::vector<std::string>{"norm"};
  const auto space = run.make_space(input, rows, norms_alone ? ZeroRows::stay : ZeroRows::refused);
  const Places places(*space);
  const std::vector<int64_t> of_tokens = place_tokens(run, answer.text, places);
  run.timed("color", [&] {
    answer.norms = norms_along(*space, of_tokens);
    for (const std::string& each : by) {
      answer.layers.push_back(paint(run, input, *space, answer.text, of_tokens, places, each, scale));
      run.check();
    }
  });
  run.no_sweep("fp64 norms and cosines of pairs");
  if (!host::is_utf8(answer.text.bytes())) run.note("Bytes of the text that are not UTF-8 are shown as \\xHH.");
  if (run.keeps_files() && std::ssize(answer.text.tokens) > kPictured && !pictures.none()) {
    run.note("text.svg shows the first " + host::grouped(kPictured) + " tokens, text.html all of them.");
  }
  return answer;
}

std::string Color::Answer::counts() const {
  return host::grouped(std::ssize(text.tokens)) + " tokens, " + host::grouped(text.out_of_vocabulary) +
         " of them out of vocabulary";
}

template <class Use>
void Color::Answer::painted(const Use& use) const {
  std::vector<host::PaintedToken> tokens;
  for (const host::TextToken& token : text.tokens) tokens.push_back({token.id, token.begin, token.end});
  host::PaintedText painted;
  painted.text = text.bytes();
  painted.tokens = tokens;
  painted.name = [this](int64_t row) {
    const Vocabulary* vocabulary = input->vocabulary();
    return vocabulary != nullptr && vocabulary->named(row) ? (*vocabulary)[row] : std::string_view();
  };
  painted.norms = norms;
  painted.layers = layers;
  painted.title = host::valid_utf8(pictures.title_or(std::filesystem::path(text.path).filename().string()));
  painted.captions = {questions::describe(*input), "Tokens: " + text.tokenized_by, counts()};
  if (!host::is_utf8(text.bytes())) painted.captions.emplace_back("Bytes that are not UTF-8 are shown as \\xHH.");
  use(painted);
}

Json to_json(const Color::Answer& answer) {
  Json tokens = Json::array();
  Json rows = Json::array();
  std::vector<int64_t> begin;
  std::vector<int64_t> end;
  for (const host::TextToken& token : answer.text.tokens) {
    const bool known = token.id != host::TextToken::kUnknown;
    Json written = known ? token_json(answer.input->vocabulary(), token.id) : Json();
    if (written.is_null()) {
      written = host::valid_utf8(
          answer.text.bytes().substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin)));
    }
    tokens.push_back(std::move(written));
    rows.push_back(known ? Json(token.id) : Json());
    begin.push_back(token.begin);
    end.push_back(token.end);
  }
  Json json;
  Json& by = json["by"] = Json::array();
  for (const host::PaintLayer& layer : answer.layers) by.push_back(layer.by);
  json["range"] = one_or_list(answer.layers, [](const auto& layer) { return Json::array({layer.lo, layer.hi}); });
  json["out_of_vocabulary"] = answer.text.out_of_vocabulary;
  json["tokens"] = std::move(tokens);
  json["rows"] = std::move(rows);
  json["begin"] = begin;
  json["end"] = end;
  json["values"] = one_or_list(answer.layers, [](const auto& layer) { return Json(layer.values); });
  json["scaled"] = one_or_list(answer.layers, [](const auto& layer) { return Json(layer.scaled); });
  Json& layers = json["layers"] = Json::array();
  for (const host::PaintLayer& layer : answer.layers) {
    layers.push_back({{"by", host::valid_utf8(layer.by)},
                      {"range", Json::array({layer.lo, layer.hi})},
                      {"values", layer.values},
                      {"scaled", layer.scaled}});
  }
  return json;
}

std::string table(const Color::Answer& answer) {
  std::string words = describe(*answer.input) + "\n" + host::printable(answer.text.path, 200) + ": " + answer.counts() +
                      "\n" + "tokens: " + answer.text.tokenized_by + "\n\n";
  if (answer.colors) {
    answer.painted(
        [&](const host::PaintedText& painted) { words += host::painted_ansi(painted, *answer.colors, kOnTerminal); });
    words.pop_back();
    return words;
  }
  for (size_t k = 0; k < answer.layers.size(); ++k) {
    words += (k > 0 ? "\n" : "") + strongest(*answer.input, answer.text, answer.layers[k]);
  }
  return words;
}

void add_files(const Color::Answer& answer, Files& files) {
  files.add("text.html", [&](host::OutputFile& file) {
    answer.painted([&](const host::PaintedText& painted) { host::write_painted_html(file, painted); });
  });
  answer.pictures.add(files, "text", [&answer](const host::Theme& theme) {
    std::string svg;
    answer.painted([&](const host::PaintedText& painted) { svg = host::painted_svg(painted, kPictured, theme); });
    return svg;
  });
  files.add("values.tsv", [&](host::OutputFile& file) {
    answer.painted([&](const host::PaintedText& painted) { host::write_painted_tsv(file, painted); });
  });
}

}  // namespace gramian::questions
