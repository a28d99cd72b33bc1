#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "engine/analyses/text/coloring.hpp"
#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/cli/run/text_input.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/painted/painted_text.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::cli {
namespace {

/// Tokens that text.svg shows at most, and a terminal.
constexpr int64_t kPictured = 10'000;
constexpr int64_t kOnTerminal = 4'000;

struct ColorOptions {
  CommonOptions common;
  std::string input;
  std::vector<std::string> by;
  std::optional<std::string> range;
  std::string ansi = "auto";
};

std::optional<host::TerminalColors> terminal_colors(const std::string& when) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (when != "auto" && when != "always" && when != "never") {
    throw InvalidUsage("--ansi " + host::printable(when) + ": must be auto, always or never");
  }
  if (when == "never") return std::nullopt;
  const std::string depth = variable("COLORTERM");
  const auto colors =
      depth == "truecolor" || depth == "24bit" ? host::TerminalColors::truecolor : host::TerminalColors::palette_256;
  if (when == "always") return colors;
  const bool plain = ::isatty(STDOUT_FILENO) != 1 || !variable("NO_COLOR").empty() || variable("TERM") == "dumb";
  return plain ? std::nullopt : std::optional(colors);
}

std::optional<ValueRange> parse_range(const ColorOptions& options) {
  if (!options.range) return std::nullopt;
  const std::vector<double> ends = parse_numbers(*options.range, "--range");
  if (ends.size() != 2 || !(ends[0] < ends[1])) {
    throw InvalidUsage("--range " + host::printable(*options.range) + ": must be LO,HI with LO below HI");
  }
  return ValueRange{ends[0], ends[1]};
}

std::vector<std::string> parse_by(const ColorOptions& options) {
  std::vector<std::string> by = options.by.empty() ? std::vector<std::string>{"norm"} : options.by;
  for (size_t k = 0; k < by.size(); ++k) {
    const bool target = by[k].starts_with("target=") && by[k].size() > 7;
    if (by[k] != "norm" && by[k] != "previous" && !target) {
      throw InvalidUsage("--by " + host::printable(by[k], 200) + ": must be norm, previous or target=WORD");
    }
    if (std::find(by.begin(), by.begin() + static_cast<std::ptrdiff_t>(k), by[k]) !=
        by.begin() + static_cast<std::ptrdiff_t>(k)) {
      throw InvalidUsage("--by " + host::printable(by[k], 200) + ": given twice");
    }
  }
  return by;
}

/// Rows of the matrix that a target word stands for: one of its forms that is a token, that which the text has most
/// often and of equals the one that the word is within a text; else its pieces.
std::vector<int64_t> find_target(Session& session, const Input& input, const TextInput& text, const std::string& word) {
  const Vocabulary& vocabulary = require_vocabulary(input, "--by target=WORD");
  std::vector<int64_t> pieces;
  if (text.tokenizer) {
    // As it stands within a text: after a space.
    for (const host::TextToken& token : cut(*text.tokenizer, " " + word)) {
      const bool only_space = token.begin == 0 && token.end <= 1;
      if (!only_space) pieces.push_back(token.id);
    }
    const bool known = std::ranges::all_of(
        pieces, [&](int64_t id) { return id >= 0 && id < vocabulary.size() && vocabulary.named(id); });
    if (!known) pieces.clear();
  }
  std::vector<int64_t> forms;
  const auto add_form = [&](std::optional<int64_t> row) {
    if (row && vocabulary.named(*row) && std::ranges::find(forms, *row) == forms.end()) forms.push_back(*row);
  };
  if (pieces.size() == 1) add_form(pieces.front());
  for (const std::string_view mark : {std::string_view(), host::kBpeSpace, host::kSentencePieceSpace}) {
    add_form(vocabulary.find(std::string(mark) + word));
  }
  if (forms.empty() && pieces.empty()) require_token(input, word);  // throws, with the nearest spellings
  const auto names_of = [&](const std::vector<int64_t>& rows) {
    std::string names;
    for (const int64_t row : rows) names += (names.empty() ? "" : ", ") + token_in_quotes(vocabulary[row]);
    return names;
  };
  if (forms.empty()) {
    session.note("The target " + token_in_quotes(word, 60) + " is several tokens: the mean of the rows of " +
                 names_of(pieces) + ".");
    return pieces;
  }
  const auto count = [&](int64_t row) {
    return std::ranges::count_if(text.tokens, [row](const host::TextToken& token) { return token.id == row; });
  };
  const int64_t chosen = *std::ranges::max_element(forms, {}, count);
  std::erase(forms, chosen);
  if (vocabulary[chosen] != word || !forms.empty()) {
    session.note("The target " + token_in_quotes(word, 60) + " was found as " + token_in_quotes(vocabulary[chosen]) +
                 (forms.empty() ? "." : "; it is also " + names_of(forms) + ", which this text has no more often."));
  }
  return {chosen};
}

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

host::PaintLayer paint(Session& session, const Input& input, Space& space, const TextInput& text,
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
    for (const int64_t row : find_target(session, input, text, word)) {
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

void add_result(Session& session, const Input& input, const TextInput& text, const std::vector<int64_t>& rows,
                const std::vector<host::PaintLayer>& layers) {
  Json tokens = Json::array();
  Json ids = Json::array();
  std::vector<int64_t> begin;
  std::vector<int64_t> end;
  for (size_t t = 0; t < rows.size(); ++t) {
    const host::TextToken& token = text.tokens[t];
    const bool known = token.id != host::TextToken::kUnknown;
    Json written = known ? token_json(input.vocabulary(), token.id) : Json(nullptr);
    if (written.is_null()) {
      written = host::valid_utf8(
          text.bytes().substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin)));
    }
    tokens.push_back(std::move(written));
    ids.push_back(known ? Json(token.id) : Json(nullptr));
    begin.push_back(token.begin);
    end.push_back(token.end);
  }
  Json& result = session.result();
  result["by"] = Json::array();
  for (const host::PaintLayer& layer : layers) result["by"].push_back(layer.by);
  result["range"] = one_or_list(layers, [](const auto& layer) { return Json::array({layer.lo, layer.hi}); });
  result["out_of_vocabulary"] = text.out_of_vocabulary;
  result["tokens"] = std::move(tokens);
  result["rows"] = std::move(ids);
  result["begin"] = std::move(begin);
  result["end"] = std::move(end);
  result["values"] = one_or_list(layers, [](const auto& layer) { return Json(layer.values); });
  result["scaled"] = one_or_list(layers, [](const auto& layer) { return Json(layer.scaled); });
}

/// The strongest and weakest tokens of a layer, each with the token before it where that matters.
std::string table_of(const Input& input, const TextInput& text, const host::PaintLayer& layer) {
  constexpr size_t kShown = 6;
  const auto name = [&](size_t t) {
    const int64_t row = text.tokens[t].id;
    if (input.vocabulary() != nullptr) return token_in_quotes((*input.vocabulary())[row]);
    return "row " + std::to_string(row);
  };
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

void run_color(const ColorOptions& options) {
  if (!options.common.text.file) throw InvalidUsage("color: give the text by --text FILE");
  const std::vector<std::string> by = parse_by(options);
  const std::optional<ValueRange> pinned = parse_range(options);
  const std::optional<host::TerminalColors> colors = terminal_colors(options.ansi);
  // Here --text is painted and does not choose: centring and the like are of all rows.
  CommonOptions common = options.common;
  common.text.file.reset();
  Session session("color", common);
  Input& input = session.open(options.input, common.vocab);
  TextInput text = read_text(session, input, options.common.text);
  session.choose_rows(input);
  session.settings()["by"] = Json::array();
  for (const std::string& each : by) session.settings()["by"].push_back(host::valid_utf8(each));
  session.settings()["range"] = pinned ? Json({pinned->lo, pinned->hi}) : Json(nullptr);
  const auto space = session.make_space(input);

  const Places places(*space);
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
    session.note(host::grouped(left_out) +
                 " tokens of the text have rows that are not used; they are out of vocabulary.");
  }
  std::vector<host::PaintLayer> layers;
  std::vector<double> norms;
  session.timed("color", [&] {
    norms = norms_along(*space, rows);
    for (const std::string& each : by) {
      layers.push_back(paint(session, input, *space, text, rows, places, each, pinned));
      check_interrupt();
    }
  });
  session.no_sweep("fp64 norms and cosines of pairs");
  if (!host::is_utf8(text.bytes())) session.note("Bytes of the text that are not UTF-8 are shown as \\xHH.");
  session.timed("result", [&] { add_result(session, input, text, rows, layers); });

  std::vector<host::PaintedToken> tokens;
  for (const host::TextToken& token : text.tokens) tokens.push_back({token.id, token.begin, token.end});
  host::PaintedText painted;
  painted.text = text.bytes();
  painted.tokens = tokens;
  painted.name = [&input](int64_t row) {
    const Vocabulary* vocabulary = input.vocabulary();
    return vocabulary != nullptr && vocabulary->named(row) ? (*vocabulary)[row] : std::string_view();
  };
  painted.norms = norms;
  painted.layers = layers;
  painted.title = host::valid_utf8(std::filesystem::path(text.path).filename().string());
  const std::string counts = host::grouped(std::ssize(text.tokens)) + " tokens, " +
                             host::grouped(text.out_of_vocabulary) + " of them out of vocabulary";
  painted.captions = {Session::describe(input), "Tokens: " + text.tokenized_by, counts};
  if (!host::is_utf8(text.bytes())) painted.captions.emplace_back("Bytes that are not UTF-8 are shown as \\xHH.");
  if (common.output) {
    session.add_file("text.html", [&](host::OutputFile& file) { host::write_painted_html(file, painted); });
    session.add_file("text.svg", [&](host::OutputFile& file) { file.write(host::painted_svg(painted, kPictured)); });
    session.add_file("values.tsv", [&](host::OutputFile& file) { host::write_painted_tsv(file, painted); });
    if (std::ssize(text.tokens) > kPictured) {
      session.note("text.svg shows the first " + host::grouped(kPictured) + " tokens, text.html all of them.");
    }
  }
  std::string table = Session::describe(input) + "\n" + host::printable(text.path, 200) + ": " + counts + "\n" +
                      "tokens: " + text.tokenized_by + "\n\n";
  if (common.json || common.quiet) {
    table.clear();
  } else if (colors) {
    table += host::painted_ansi(painted, *colors, kOnTerminal);
    table.pop_back();
  } else {
    for (size_t k = 0; k < layers.size(); ++k) table += (k > 0 ? "\n" : "") + table_of(input, text, layers[k]);
  }
  session.finish(table);
}

}  // namespace

void add_color(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<ColorOptions>();
  CLI::App* command = app.add_subcommand("color", "Paint a text by norms or cosines of its tokens");
  add_matrix(*command, options->input, "E");
  command
      ->add_option("--by", options->by,
                   "norm (default), previous (cosine to the token before) or target=WORD (cosine to it); repeatable")
      ->type_name("WHAT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--range", options->range, "Ends of the scale (default: the smallest and the largest value)")
      ->type_name("LO,HI");
  command->add_option("--ansi", options->ansi, "Colours on stdout: auto (on a terminal), always, never")
      ->type_name("WHEN");
  add_text_options(*command, options->common.text, "The text to paint");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_color(*options); }; });
}

}  // namespace gramian::cli
