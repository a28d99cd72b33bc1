#include "host/questions/geometry/neighbors.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/rows/asked_tokens.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/rows/text_input.hpp"
#include "host/questions/run/disk.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "host/text/word_expression.hpp"

namespace gramian::questions {
namespace {

constexpr int64_t kDefaultK = 10;

/// The table's lines about one query.
std::string paragraph(const Neighbors::Answer& answer, const Neighbors::Query& query) {
  std::string text = "  " + token_in_quotes(query.text, 80) + "\n";
  if (query.found.empty()) return text + "    nothing that near\n";
  constexpr size_t kShown = 50;
  Table rows("<>>", "    ");
  for (size_t k = 0; k < std::min(kShown, query.found.size()); ++k) {
    const Neighbor& neighbor = query.found[k];
    std::vector<std::string> cells = {name_of(*answer.input, *answer.space, neighbor.row),
                                      host::fixed(neighbor.cosine)};
    if (answer.chord) cells.push_back(host::fixed(chord_distance(neighbor.cosine)));
    rows.row(std::move(cells));
  }
  text += rows.text();
  if (query.found.size() > kShown) {
    text += "    ... " + host::grouped(std::ssize(query.found)) + " in all; --json or -o gives them\n";
  }
  return text;
}

std::string hubness_in_words(const Neighbors::Answer& answer) {
  const Hubness& spread = answer.hubness;
  Table head("<>");
  head.row({"rows", host::grouped(answer.space->size())});
  head.row({"neighbours of each", host::grouped(answer.all->k)});
  head.row({"skewness of occurrences", host::fixed(spread.skewness, 2)});
  head.row({"antihubs: nobody's neighbour", host::grouped(spread.antihubs)});
  Table hubs("<>");
  for (size_t h = 0; h < std::min<size_t>(10, spread.hubs.size()); ++h) {
    const int64_t hub = spread.hubs[h];
    hubs.row({name_of(*answer.input, *answer.space, hub), host::grouped(spread.occurrences[static_cast<size_t>(hub)])});
  }
  return head.text() + "\n  hubs: neighbours of so many rows\n" + hubs.text();
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

/// The row of a word of a sum; "king-man" is one word to the vocabulary.
void require_term(const Input& input, const std::string& word) {
  try {
    require_token(input, word);
  } catch (const InvalidUsage& error) {
    if (word.find_first_of("+-") == std::string::npos) throw;
    throw InvalidUsage(std::string(error.what()) + "; in a sum, signs stand between spaces: \"king - man + woman\"");
  }
}

}  // namespace

About Neighbors::about() {
  return {.name = "neighbors",
          .summary = "Nearest neighbours of tokens, or of all",
          .keys = {{"resolved", "tokens as typed, and as what they were found"},
                   {"expressions", "terms of every --expr"},
                   {"neighbors", "[token, cosine] of every query, with --chord also the distance"},
                   {"neighbor_rows", "the same as rows of the matrix"},
                   {"hubness", "of --all: how unevenly rows are neighbours of others"}},
          .definitions = {{"chord", "√(2 − 2 cos), the distance of unit rows"},
                          {"occurrences", "N(j): among how many rows' k nearest row j is; antihubs have N = 0"},
                          {"skewness", "the third standardized moment of N (Radovanović et al. 2010)"}},
          .files = {{"neighbors.indices.npy", "with --all: rows of the K nearest, n x K"},
                    {"neighbors.scores.npy", "with --all: their cosines"},
                    {"neighbors.chords.npy", "with --all and --chord: their distances"},
                    {"neighbors.occurrences.npy", "with --all: of how many rows each row is a neighbour"},
                    {"rows.npy", "rows of the matrix that were used, where not all are"}},
          .examples = {{"neighbors sample/run1.npy font color", "ten of each"},
                       {"neighbors sample/run1.npy --expr \"fonts - font + color\"", "of a sum of unit rows"},
                       {"neighbors sample/run1.npy --all -k 5 -o out", "of every row, as arrays"}},
          .also = "neighbours"};
}

void Neighbors::describe(Description& d) {
  settings.describe(d);
  text.describe(d, "Neighbours of the distinct tokens of this text");
  rows.describe_without_tokens(d);
  d.input("E", matrix);
  d.place("TOKENS", &named, "Neighbours of these");
  d.option("-k", &k, "K", "So many (default 10, or as many as there are)");
  d.option("--radius", &radius, "C", "All with at least this cosine (with -k: at most K of them)");
  d.option("--tokens", &tokens, "LIST", "Neighbours of these: a,b,c or @FILE with one a line").recorded_as("queries");
  d.option("--expr", &expressions, "SUM",
           "Neighbours of a sum of unit rows: \"king - man + woman\", \"2*king - 0.5*queen\"; repeatable")
      .recorded_as("expressions");
  d.flag("--include-inputs", include_inputs, "Words of --expr may be among its answers");
  d.flag("--all", all, "Of every row, into -o: indices and scores; how uneven they are (hubness)");
  d.flag("--chord", chord, "The distance between unit rows besides, sqrt(2 - 2 cos)");
  d.option("--hubs", &hubs, "N", "List so many hubs").at_least(0);
}

void Neighbors::check() const {
  const bool asked = tokens || text.file || !expressions.empty();
  if (!asked && !all) {
    throw InvalidUsage("neighbors: name tokens (also by --tokens), give an --expr or a --text, or ask for --all");
  }
  if (radius && !asked) {
    throw InvalidUsage(
        "--radius goes with --tokens, --expr and --text; all pairs that near are those of 'gramian graph --threshold " +
        host::shortest(*radius) + "'");
  }
}

void Neighbors::find_rows(Run& run, Answer& answer) const {
  const Input& input = *answer.input;
  std::unordered_map<int64_t, int64_t> places;
  for (int64_t i = 0; i < answer.space->size(); ++i) places.emplace(answer.space->matrix_row(i), i);
  const auto row_of = [&](const std::string& token) {
    const int64_t row = require_token(input, token);
    const auto place = places.find(row);
    if (place == places.end()) {
      throw InvalidUsage("the token " + token_in_quotes(token, 200) + " is not among the rows that are used");
    }
    const std::string_view found = (*input.vocabulary())[row];
    if (found != token && std::ranges::find(answer.resolved, token, &std::pair<std::string, std::string>::first) ==
                              answer.resolved.end()) {
      answer.resolved.emplace_back(token, found);
      run.note(token_in_quotes(token) + " was found as " + token_in_quotes(found) + ".");
    }
    return place->second;
  };
  for (const std::string& token : tokens.value_or(std::vector<std::string>())) {
    answer.queries.push_back({.text = token, .sum = {{{row_of(token), 1.0}}}, .terms = {}, .found = {}});
  }
  for (const std::string& expression : expressions) {
    Query query{.text = expression, .sum = {}, .is_sum = true, .terms = {}, .found = {}};
    std::vector<UnitRowSum::Term> terms;
    for (const host::WeightedWord& word : host::parse_word_expression(expression)) {
      terms.push_back({row_of(word.word), word.weight});
      query.terms.emplace_back((*input.vocabulary())[require_token(input, word.word)], word.weight);
    }
    query.sum = merged(terms);
    answer.queries.push_back(std::move(query));
  }
}

std::vector<Neighbor> Neighbors::search(Space& space, const Query& query) const {
  if (query.is_sum) {
    try {
      return neighbors_of(space, query.sum, k, radius, include_inputs);
    } catch (const InvalidInput& error) {
      throw InvalidInput("--expr " + token_in_quotes(query.text, 200) + ": " + error.what());
    }
  }
  const int64_t row[] = {query.sum.terms.front().row};
  if (!radius) return neighbors_of(space, row, *k).front();
  std::vector<Neighbor> found = neighbors_within(space, row, *radius).front();
  if (k && std::ssize(found) > *k) found.resize(static_cast<size_t>(*k));
  return found;
}

Neighbors::Answer Neighbors::ask(Run& run) {
  if (!named.empty()) {
    if (tokens) named.insert(named.end(), tokens->begin(), tokens->end());
    tokens = named;
  }
  check();
  Answer answer;
  answer.asked = tokens || text.file || !expressions.empty();
  answer.chord = chord;
  Input& input = run.open(matrix, rows.vocab, answer.asked ? std::nullopt : rows.most());
  answer.input = &input;
  if (!tokens) tokens.emplace();
  if (text.file) {
    const TextInput read = read_text(run, input, text);
    for (const int64_t row : read.distinct_rows()) tokens->emplace_back(require_vocabulary(input, "--text")[row]);
    if (read.out_of_vocabulary > 0) {
      run.note(host::grouped(read.out_of_vocabulary) + " of the text's " + host::grouped(std::ssize(read.tokens)) +
               " tokens are out of vocabulary.");
    }
    run.note("The text's tokens: " + read.tokenized_by + ".");
  }
  choose_rows(run, input, rows);
  tokens = known_tokens(run, input, *tokens, rows.skip_unknown);
  note_repeated_tokens(run, input, *tokens);
  for (const std::string& expression : expressions) {
    for (const host::WeightedWord& word : host::parse_word_expression(expression)) require_term(input, word.word);
  }
  int64_t of_all = k.value_or(kDefaultK);
  if (all) {
    // Without -k, as many as there are where they are fewer. Rows without a cosine may still be left out.
    if (!k) of_all = std::clamp<int64_t>(std::ssize(input.rows) - 1, 1, kDefaultK);
    check_neighbors(of_all, std::ssize(input.rows));
    run.require_sweep_memory(input, std::ssize(input.rows), neighbors_bytes(std::ssize(input.rows), of_all));
    // Row number and cosine of each neighbour, and of each row its number and how often it is one.
    const auto n = static_cast<double>(input.rows.size());
    const double bytes = n * (static_cast<double>(of_all) * (chord ? 12.0 : 8.0) + 16.0);
    if (run.output()) require_disk(*run.output(), static_cast<int64_t>(bytes), "a smaller -k, or --limit, needs less");
  }
  answer.space = run.make_space(input, rows);
  if (!k) of_all = std::clamp<int64_t>(answer.space->size() - 1, 1, kDefaultK);
  if (!radius) k = of_all;
  find_rows(run, answer);
  if (answer.asked) {
    run.timed("neighbors", [&] {
      for (Query& query : answer.queries) {
        run.check();
        query.found = search(*answer.space, query);
      }
    });
  }
  if (!all) return answer;
  Asked<Nearest> analysis = nearest_neighbors(*answer.space, of_all);
  SweepAnalysis* const analyses[] = {&analysis};
  run.sweep(*answer.space, analyses);
  answer.all = analysis.found();
  answer.hubness = run.timed("hubness", [&] { return hubness(*answer.all, hubs); });
  note_rows_file(run, input, *answer.space);
  if (!run.keeps_files()) run.note("-o DIR writes all neighbours.");
  return answer;
}

Json to_json(const Neighbors::Answer& answer) {
  const Space& space = *answer.space;
  Json json = Json::object();
  if (answer.asked) {
    Json& resolved = json["resolved"] = Json::object();
    for (const auto& [typed, found] : answer.resolved) resolved[host::valid_utf8(typed)] = host::valid_utf8(found);
    Json lists = Json::object();
    Json rows = Json::object();
    for (const Neighbors::Query& query : answer.queries) {
      const std::string key = host::valid_utf8(query.text);
      if (query.is_sum) {
        Json& terms = json["expressions"][key] = Json::array();
        for (const auto& [token, weight] : query.terms) {
          terms.push_back(Json::array({host::valid_utf8(token), weight}));
        }
      }
      Json& list = lists[key] = Json::array();
      Json& numbers = rows[key] = Json::array();
      for (const Neighbor& neighbor : query.found) {
        const int64_t row = space.matrix_row(neighbor.row);
        Json entry = Json::array({token_json(answer.input->vocabulary(), row), neighbor.cosine});
        if (answer.chord) entry.push_back(chord_distance(neighbor.cosine));
        list.push_back(std::move(entry));
        numbers.push_back(row);
      }
    }
    json["neighbors"] = std::move(lists);
    json["neighbor_rows"] = std::move(rows);
  }
  if (!answer.all) return json;
  const Hubness& spread = answer.hubness;
  const auto count = [&](int64_t row) { return spread.occurrences[static_cast<size_t>(row)]; };
  json["hubness"] = {{"k", answer.all->k},
                     {"skewness", spread.skewness},
                     {"antihubs", spread.antihubs},
                     {"hubs", token_pairs(*answer.input, space, spread.hubs, count)},
                     {"hub_rows", matrix_rows_of(space, spread.hubs)},
                     {"occurrences", doubling_bins(spread.occurrences)}};
  return json;
}

std::string table(const Neighbors::Answer& answer) {
  std::string text = describe(*answer.input) + "\n\n";
  for (const Neighbors::Query& query : answer.queries) text += paragraph(answer, query);
  return answer.all ? text + (answer.asked ? "\n" : "") + hubness_in_words(answer) : text;
}

void add_files(const Neighbors::Answer& answer, Files& files) {
  if (!answer.all) return;
  const NeighborTable& table = *answer.all;
  const auto number = [&space = *answer.space](const Neighbor& neighbor) { return space.matrix_row(neighbor.row); };
  const bool wide = answer.input->view().rows > std::numeric_limits<int32_t>::max();
  files.add("neighbors.indices.npy", [&table, number, wide](host::OutputFile& file) {
    if (wide) {
      write_table<int64_t>(file, "<i8", table, number);
    } else {
      write_table<int32_t>(file, "<i4", table,
                           [&](const Neighbor& neighbor) { return static_cast<int32_t>(number(neighbor)); });
    }
  });
  files.add("neighbors.scores.npy", [&table](host::OutputFile& file) {
    write_table<float>(file, "<f4", table,
                       [](const Neighbor& neighbor) { return static_cast<float>(neighbor.cosine); });
  });
  if (answer.chord) {
    files.add("neighbors.chords.npy", [&table](host::OutputFile& file) {
      write_table<float>(file, "<f4", table,
                         [](const Neighbor& neighbor) { return static_cast<float>(chord_distance(neighbor.cosine)); });
    });
  }
  files.add("neighbors.occurrences.npy", [&spread = answer.hubness](host::OutputFile& file) {
    host::write_npy(file, std::span<const int64_t>(spread.occurrences));
  });
  add_rows_file(files, *answer.input, *answer.space);
}

}  // namespace gramian::questions
