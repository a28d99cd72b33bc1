#include "engine/analyses/neighborhoods/neighbors.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>

#include "engine/analyses/distribution/unit_row_sum.hpp"
#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/rows.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/cli/run/text_input.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "host/text/word_expression.hpp"

namespace gramian::cli {
namespace {

struct NeighborsOptions {
  CommonOptions common;
  std::string input;
  bool all = false;
  std::vector<std::string> expressions;
  bool include_inputs = false;
  std::optional<int64_t> k;
  std::optional<double> radius;
  bool chord = false;
  int64_t hubs = 20;
};

constexpr int64_t kDefaultK = 10;

/// A token as typed, or a sum of them, and the rows in the space.
struct Query {
  std::string text;
  UnitRowSum sum;
  bool expression = false;
};

class QueryFinder {
 public:
  QueryFinder(Session& session, const Input& input, const Space& space) : session_(session), input_(input) {
    for (int64_t i = 0; i < space.size(); ++i) places_.emplace(space.matrix_row(i), i);
    session_.result()["resolved"] = Json::object();
  }

  Query token(const std::string& text) { return {text, {{{row_of(text), 1.0}}}, false}; }

  Query expression(const std::string& text) {
    std::vector<UnitRowSum::Term> terms;
    Json listed = Json::array();
    for (const host::WeightedWord& word : host::parse_word_expression(text)) {
      terms.push_back({row_of(word.word), word.weight});
      const std::string_view found = (*input_.vocabulary())[require_token(input_, word.word)];
      listed.push_back(Json::array({host::valid_utf8(found), word.weight}));
    }
    session_.result()["expressions"][host::valid_utf8(text)] = std::move(listed);
    return {text, merged(terms), true};
  }

 private:
  int64_t row_of(const std::string& token) {
    const int64_t row = require_token(input_, token);
    const auto place = places_.find(row);
    if (place == places_.end()) {
      throw InvalidUsage("the token " + token_in_quotes(token, 200) + " is not among the rows that are used");
    }
    const std::string_view found = (*input_.vocabulary())[row];
    Json& resolved = session_.result()["resolved"];
    if (found != token && !resolved.contains(host::valid_utf8(token))) {
      resolved[host::valid_utf8(token)] = host::valid_utf8(found);
      session_.note(token_in_quotes(token) + " was found as " + token_in_quotes(found) + ".");
    }
    return place->second;
  }

  Session& session_;
  const Input& input_;
  std::unordered_map<int64_t, int64_t> places_;
};

std::vector<Neighbor> answer(Space& space, const NeighborsOptions& options, const Query& query) {
  const std::optional<int64_t> k = options.radius ? options.k : options.k.value_or(kDefaultK);
  if (query.expression) {
    try {
      return neighbors_of(space, query.sum, k, options.radius, options.include_inputs);
    } catch (const InvalidInput& error) {
      throw InvalidInput("--expr " + token_in_quotes(query.text, 200) + ": " + error.what());
    }
  }
  const int64_t row[] = {query.sum.terms.front().row};
  if (!options.radius) return neighbors_of(space, row, *k).front();
  std::vector<Neighbor> found = neighbors_within(space, row, *options.radius).front();
  if (k && std::ssize(found) > *k) found.resize(static_cast<size_t>(*k));
  return found;
}

/// What the table says of one query.
std::string paragraph(const Input& input, const Space& space, const Query& query,
                      const std::vector<Neighbor>& neighbors, bool chord) {
  std::string text = "  " + token_in_quotes(query.text, 80) + "\n";
  if (neighbors.empty()) return text + "    nothing that near\n";
  constexpr size_t kShown = 50;
  Table table("<>>", "    ");
  for (size_t k = 0; k < std::min(kShown, neighbors.size()); ++k) {
    std::vector<std::string> cells = {name_of(input, space, neighbors[k].row), host::fixed(neighbors[k].cosine)};
    if (chord) cells.push_back(host::fixed(chord_distance(neighbors[k].cosine)));
    table.row(std::move(cells));
  }
  text += table.text();
  if (neighbors.size() > kShown) {
    text += "    ... " + host::grouped(std::ssize(neighbors)) + " in all; --json or -o gives them\n";
  }
  return text;
}

std::string name_queries(Session& session, const Input& input, Space& space, const NeighborsOptions& options,
                         const std::vector<std::string>& tokens) {
  QueryFinder finder(session, input, space);
  std::vector<Query> queries;
  for (const std::string& token : tokens) queries.push_back(finder.token(token));
  for (const std::string& expression : options.expressions) queries.push_back(finder.expression(expression));
  std::vector<std::vector<Neighbor>> found;
  session.timed("neighbors", [&] {
    for (const Query& query : queries) {
      check_interrupt();
      found.push_back(answer(space, options, query));
    }
  });
  Json& lists = session.result()["neighbors"] = Json::object();
  Json rows = Json::object();
  std::string text;
  for (size_t q = 0; q < queries.size(); ++q) {
    const std::string key = host::valid_utf8(queries[q].text);
    Json list = Json::array();
    Json numbers = Json::array();
    for (const Neighbor& neighbor : found[q]) {
      const int64_t row = space.matrix_row(neighbor.row);
      Json entry = Json::array({token_json(input.vocabulary(), row), neighbor.cosine});
      if (options.chord) entry.push_back(chord_distance(neighbor.cosine));
      list.push_back(std::move(entry));
      numbers.push_back(row);
    }
    lists[key] = std::move(list);
    rows[key] = std::move(numbers);
    text += paragraph(input, space, queries[q], found[q], options.chord);
  }
  session.result()["neighbor_rows"] = std::move(rows);
  return text;
}

/// Writes one value a neighbour, n x k, a row at a time.
template <class Value, class Of>
void write_table(host::OutputFile& file, const char* descr, const NeighborTable& table, Of&& value_of) {
  file.write(host::npy_header(descr, {std::ssize(table.held), table.k}));
  std::vector<Value> values(static_cast<size_t>(table.k));
  for (int64_t row = 0; row < std::ssize(table.held); ++row) {
    std::ranges::transform(table.of(row), values.begin(), value_of);
    file.write(std::as_bytes(std::span(values)));
  }
}

void add_table_files(Session& session, const Input& input, const Space& space, const NeighborTable& table, bool chord) {
  const auto number = [&space](const Neighbor& neighbor) { return space.matrix_row(neighbor.row); };
  const bool wide = input.view().rows > std::numeric_limits<int32_t>::max();
  session.add_file("neighbors.indices.npy", [&table, number, wide](host::OutputFile& file) {
    if (wide) {
      write_table<int64_t>(file, "<i8", table, number);
    } else {
      write_table<int32_t>(file, "<i4", table,
                           [&](const Neighbor& neighbor) { return static_cast<int32_t>(number(neighbor)); });
    }
  });
  session.add_file("neighbors.scores.npy", [&table](host::OutputFile& file) {
    write_table<float>(file, "<f4", table,
                       [](const Neighbor& neighbor) { return static_cast<float>(neighbor.cosine); });
  });
  if (!chord) return;
  session.add_file("neighbors.chords.npy", [&table](host::OutputFile& file) {
    write_table<float>(file, "<f4", table,
                       [](const Neighbor& neighbor) { return static_cast<float>(chord_distance(neighbor.cosine)); });
  });
}

std::string add_hubness(Session& session, const Input& input, const Space& space, const Hubness& spread, int64_t k) {
  const auto count = [&](int64_t row) { return spread.occurrences[static_cast<size_t>(row)]; };
  Json& json = session.result()["hubness"];
  json["k"] = k;
  json["skewness"] = spread.skewness;
  json["antihubs"] = spread.antihubs;
  json["hubs"] = token_pairs(input, space, spread.hubs, count);
  json["hub_rows"] = matrix_rows_json(space, spread.hubs);
  json["occurrences"] = doubling_bins(spread.occurrences);
  Table head("<>");
  head.row({"rows", host::grouped(space.size())});
  head.row({"neighbours of each", host::grouped(k)});
  head.row({"skewness of occurrences", host::fixed(spread.skewness, 2)});
  head.row({"antihubs: nobody's neighbour", host::grouped(spread.antihubs)});
  Table table("<>");
  for (size_t h = 0; h < std::min<size_t>(10, spread.hubs.size()); ++h) {
    table.row({name_of(input, space, spread.hubs[h]), host::grouped(count(spread.hubs[h]))});
  }
  return head.text() + "\n  hubs: neighbours of so many rows\n" + table.text();
}

void run_neighbors(const NeighborsOptions& options) {
  // Here --tokens asks, and does not choose: a token's neighbours are sought among all rows.
  CommonOptions common = options.common;
  common.tokens.reset();
  common.text.file.reset();
  const bool asked = options.common.tokens || options.common.text.file || !options.expressions.empty();
  if (!asked && !options.all) {
    throw InvalidUsage("neighbors: name tokens by --tokens, give an --expr or a --text, or ask for --all");
  }
  if (options.radius && !asked) {
    throw InvalidUsage(
        "--radius goes with --tokens, --expr and --text; all pairs that near are those of 'gramian graph --threshold " +
        host::shortest(*options.radius) + "'");
  }
  const int64_t k = options.k.value_or(kDefaultK);
  std::vector<std::string> tokens;
  if (options.common.tokens) tokens = parse_tokens(*options.common.tokens);
  Session session("neighbors", common);
  Input& input = session.open(options.input, common.vocab);
  if (options.common.text.file) {
    const TextInput text = read_text(session, input, options.common.text);
    for (const int64_t row : text.distinct_rows()) tokens.emplace_back(require_vocabulary(input, "--text")[row]);
    if (text.out_of_vocabulary > 0) {
      session.note(host::grouped(text.out_of_vocabulary) + " of the text's " + host::grouped(std::ssize(text.tokens)) +
                   " tokens are out of vocabulary.");
    }
    session.note("The text's tokens: " + text.tokenized_by + ".");
  }
  session.choose_rows(input);
  for (const std::string& token : tokens) require_token(input, token);
  for (const std::string& expression : options.expressions) {
    for (const host::WeightedWord& word : host::parse_word_expression(expression)) require_token(input, word.word);
  }
  const auto n = static_cast<double>(input.rows.size());
  if (options.all) {
    // The table, and a copy that grows in the sweep.
    constexpr double kEntry = 2 * sizeof(Neighbor);
    session.require_memory(n * static_cast<double>(k) * kEntry);
    session.plan_sweep_memory(input, std::ssize(input.rows));
  }
  Json& settings = session.settings();
  settings["k"] = options.radius && !options.k ? Json(nullptr) : Json(k);
  settings["radius"] = options.radius ? Json(*options.radius) : Json(nullptr);
  settings["queries"] = Json::array();
  for (const std::string& token : tokens) settings["queries"].push_back(host::valid_utf8(token));
  settings["expressions"] = Json::array();
  for (const std::string& expression : options.expressions) {
    settings["expressions"].push_back(host::valid_utf8(expression));
  }
  settings["include_inputs"] = options.include_inputs;
  const auto space = session.make_space(input);

  std::string text = Session::describe(input) + "\n\n";
  if (asked) text += name_queries(session, input, *space, options, tokens);
  std::optional<Asked<Nearest>> analysis;
  Hubness spread;
  if (options.all) {
    analysis = nearest_neighbors(*space, k);
    SweepAnalysis* const analyses[] = {&*analysis};
    session.sweep(*space, analyses);
    spread = session.timed("hubness", [&] { return hubness(analysis->found(), options.hubs); });
    text += (asked ? "\n" : "") + add_hubness(session, input, *space, spread, k);
    add_table_files(session, input, *space, analysis->found(), options.chord);
    session.add_file("neighbors.occurrences.npy", [&spread](host::OutputFile& file) {
      host::write_npy(file, std::span<const int64_t>(spread.occurrences));
    });
    add_rows_file(session, input, *space);
    if (!common.output) session.note("-o DIR writes all neighbours.");
  }
  session.finish(text);
}

}  // namespace

void add_neighbors(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<NeighborsOptions>();
  CLI::App* command = app.add_subcommand("neighbors", "Nearest neighbours of tokens, or of all");
  add_matrix(*command, options->input, "E");
  command->add_flag("--all", options->all, "Of every row, into -o: indices and scores; how uneven they are (hubness)");
  command
      ->add_option("--expr", options->expressions,
                   "Neighbours of a sum of unit rows: \"king - man + woman\", \"2*king - 0.5*queen\"; repeatable")
      ->type_name("SUM")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--include-inputs", options->include_inputs, "Words of --expr may be among its answers");
  command->add_option("-k", options->k, "So many (default 10)")->type_name("K");
  command->add_option("--radius", options->radius, "All with at least this cosine (with -k: at most K of them)")
      ->type_name("C");
  command->add_flag("--chord", options->chord, "The distance between unit rows besides, sqrt(2 - 2 cos)");
  command->add_option("--hubs", options->hubs, "List so many hubs (default 20)")->type_name("N")->check(at_least(0));
  add_text_options(*command, options->common.text, "Neighbours of the distinct tokens of this text");
  add_common_options(*command, options->common, Inputs::one);
  command->get_option("--tokens")->description("Neighbours of these: a,b,c or @FILE with one a line");
  command->callback([options, &chosen] { chosen = [options] { run_neighbors(*options); }; });
}

}  // namespace gramian::cli
