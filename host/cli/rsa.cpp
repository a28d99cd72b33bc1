#include "engine/analyses/rsa.hpp"

#include <algorithm>
#include <memory>

#include "engine/analyses/distribution.hpp"
#include "host/cli/command.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/session.hpp"
#include "host/cli/table.hpp"
#include "host/formats/message.hpp"
#include "host/report/wording.hpp"
#include "host/text/vocabulary_join.hpp"

namespace gramian::cli {
namespace {

/// Up to this n²d the distributions of both spaces are swept without being asked for: about a second.
constexpr double kCheapSweep = 1e11;

struct RsaOptions {
  CommonOptions common;
  std::string first;
  std::string second;
  std::string method = "pearson";
  std::string join = "exact";
  bool casefold = false;
  bool alpha = false;
  bool distributions = false;
};

host::JoinSettings join_settings(const RsaOptions& options) {
  host::JoinSettings settings;
  if (options.join == "exact") {
    settings.by = host::JoinBy::exact;
  } else if (options.join == "word") {
    settings.by = host::JoinBy::word;
  } else if (options.join == "rows") {
    settings.by = host::JoinBy::rows;
  } else {
    throw InvalidUsage("--join " + host::printable(options.join) + ": must be exact, word or rows");
  }
  settings.casefold = options.casefold;
  settings.alpha = options.alpha;
  settings.length = options.common.length;
  settings.limit = options.common.limit;
  if (options.common.tokens) settings.tokens = parse_tokens(*options.common.tokens);
  return settings;
}

/// What another way to join would find: "--join word finds 412".
std::string other_joins(const Vocabulary& first, const Vocabulary& second, const host::JoinSettings& settings) {
  std::string text;
  for (const host::JoinBy by : {host::JoinBy::exact, host::JoinBy::word}) {
    for (const bool casefold : {false, true}) {
      if (by == settings.by && casefold == settings.casefold) continue;
      host::JoinSettings other;
      other.by = by;
      other.casefold = casefold;
      const size_t found = host::join_vocabularies(first, second, other).items.size();
      if (found == 0) continue;
      text += (text.empty() ? "; " : ", ") + std::string(by == host::JoinBy::word ? "--join word" : "--join exact") +
              (casefold ? " --casefold" : "") + " finds " + host::grouped(static_cast<int64_t>(found));
    }
  }
  return text.empty() ? "; nor does any other --join find one (--join rows pairs row i with row i)" : text;
}

host::VocabularyJoin join(const Input& a, const Input& b, const host::JoinSettings& settings) {
  const bool by_rows = settings.by == host::JoinBy::rows;
  host::VocabularyJoin joined;
  if (by_rows) {
    if (a.vocabulary() == nullptr && b.vocabulary() == nullptr &&
        (settings.length || settings.alpha || settings.tokens)) {
      throw InvalidUsage("--length, --alpha and --tokens need a vocabulary; give --vocab PATH");
    }
    joined = host::join_rows(a.view().rows, b.view().rows, a.vocabulary(), b.vocabulary(), settings);
  } else {
    for (const Input* input : {&a, &b}) {
      if (input->vocabulary() != nullptr) continue;
      throw InvalidUsage(host::printable(input->embedding.path, 4096) + ": no vocabulary; give " +
                         (input == &a ? "--vocab" : "--vocab2") + " PATH, or pair row i with row i by --join rows");
    }
    joined = host::join_vocabularies(*a.vocabulary(), *b.vocabulary(), settings);
  }
  const int64_t filtered =
      joined.filtered_length + joined.filtered_alpha + joined.filtered_tokens + joined.beyond_limit;
  const int64_t shared = std::ssize(joined.items) + filtered;
  if (shared == 0 && !by_rows) {
    throw InvalidInput("the two vocabularies share no token" + other_joins(*a.vocabulary(), *b.vocabulary(), settings));
  }
  if (std::ssize(joined.items) < 3) {
    throw InvalidInput("RSA needs at least 3 shared tokens; there " + std::string(shared == 1 ? "is " : "are ") +
                       host::grouped(shared) +
                       (filtered > 0 ? ", and the filters leave " + std::to_string(joined.items.size()) : ""));
  }
  return joined;
}

std::vector<int64_t> rows_of(const std::vector<host::JoinedItem>& items, int64_t host::JoinedItem::*row) {
  std::vector<int64_t> rows;
  rows.reserve(items.size());
  for (const host::JoinedItem& item : items) rows.push_back(item.*row);
  return rows;
}

/// Both spaces over the joined items, row by row the same item: an item that is bad in one leaves both.
class AlignedSpaces {
 public:
  AlignedSpaces(Session& session, Input& a, Input& b, std::vector<host::JoinedItem>& items)
      : session_(session), items_(items) {
    const size_t before = items.size();
    drop(a, &host::JoinedItem::first,
         check_rows(session.backend(), a.view(), rows_of(items, &host::JoinedItem::first)).bad);
    drop(b, &host::JoinedItem::second,
         check_rows(session.backend(), b.view(), rows_of(items, &host::JoinedItem::second)).bad);
    // Centring can empty further rows; leaving one out moves the mean, so both start again.
    while (!build(a, &host::JoinedItem::first, first) || !build(b, &host::JoinedItem::second, second)) {
    }
    dropped = static_cast<int64_t>(before - items.size());
    a.rows = rows_of(items, &host::JoinedItem::first);
    b.rows = rows_of(items, &host::JoinedItem::second);
  }

  std::unique_ptr<Space> first;
  std::unique_ptr<Space> second;
  int64_t dropped = 0;

 private:
  bool build(const Input& input, int64_t host::JoinedItem::*row, std::unique_ptr<Space>& space) {
    if (items_.size() < 3) {
      throw InvalidInput("RSA needs at least 3 shared tokens; without bad rows there are " +
                         std::to_string(items_.size()));
    }
    check_interrupt();
    if (space && space->matrix_rows() == rows_of(items_, row)) return true;
    try {
      space = std::make_unique<Space>(session_.backend(), input.view(), rows_of(items_, row),
                                      session_.options().preprocessing, false);
      return true;
    } catch (const BadRowsError& error) {
      drop(input, row, error.rows());
      return false;
    }
  }

  void drop(const Input& input, int64_t host::JoinedItem::*row, const BadRows& bad) {
    if (bad.count() == 0) return;
    const std::string named = host::printable(input.embedding.path, 4096) + ": " + name_bad_rows(input, bad);
    if (!session_.options().drop_bad_rows) throw InvalidInput(named + "; --drop-bad-rows leaves them out");
    session_.note("Dropped: " + named + ".");
    std::erase_if(items_, [&](const host::JoinedItem& item) {
      return std::ranges::binary_search(bad.zero, item.*row) || std::ranges::binary_search(bad.nonfinite, item.*row);
    });
  }

  Session& session_;
  std::vector<host::JoinedItem>& items_;
};

Json lost_json(const host::VocabularyJoin& joined, int64_t bad_rows) {
  const auto side = [](const host::LostTokens& lost) -> Json {
    return {{"unnamed", lost.unnamed},
            {"continuation_pieces", lost.continuation_pieces},
            {"duplicates", lost.duplicates},
            {"only_here", lost.only_here}};
  };
  return {{"only_in_first", joined.first.only_here},
          {"only_in_second", joined.second.only_here},
          {"filtered_length", joined.filtered_length},
          {"filtered_alpha", joined.filtered_alpha},
          {"filtered_tokens", joined.filtered_tokens},
          {"continuation_pieces", joined.first.continuation_pieces + joined.second.continuation_pieces},
          {"duplicates", joined.first.duplicates + joined.second.duplicates},
          {"unnamed", joined.first.unnamed + joined.second.unnamed},
          {"beyond_limit", joined.beyond_limit},
          {"bad_rows", bad_rows},
          {"by_file", {side(joined.first), side(joined.second)}}};
}

std::string lost_in_words(const Json& lost) {
  constexpr std::pair<const char*, const char*> kReasons[] = {
      {"only_in_first", "only in the first"},   {"only_in_second", "only in the second"},
      {"continuation_pieces", "no whole word"}, {"duplicates", "repeated"},
      {"unnamed", "rows without a token"},      {"filtered_length", "of another length"},
      {"filtered_alpha", "not letters alone"},  {"filtered_tokens", "not among --tokens"},
      {"beyond_limit", "beyond --limit"},       {"bad_rows", "bad rows"}};
  Table table("><", "    ");
  bool any = false;
  for (const auto& [key, words] : kReasons) {
    const auto count = lost[key].get<int64_t>();
    if (count == 0) continue;
    table.row({host::grouped(count), words});
    any = true;
  }
  return any ? "\n  left out\n" + table.text() : "";
}

void run_rsa(const RsaOptions& options) {
  if (options.method == "spearman" || options.method == "both") {
    throw InvalidUsage("--method " + options.method + ": not available in this version; there is pearson");
  }
  if (options.method != "pearson")
    throw InvalidUsage("--method " + host::printable(options.method) + ": must be pearson");
  const host::JoinSettings join_by = join_settings(options);
  Session session("rsa", options.common);
  Input& a = session.open(options.first, options.common.vocab);
  Input& b = session.open(options.second, options.common.vocab2);
  host::VocabularyJoin joined = session.timed("join", [&] { return join(a, b, join_by); });
  const int64_t shared = std::ssize(joined.items) + joined.filtered_length + joined.filtered_alpha +
                         joined.filtered_tokens + joined.beyond_limit;
  Json& settings = session.settings();
  settings["method"] = options.method;
  settings["join"] = options.join;
  settings["casefold"] = options.casefold;
  settings["alpha"] = options.alpha;
  settings["length"] = options.common.length ? Json(*options.common.length) : Json(nullptr);
  settings["limit"] = options.common.limit ? Json(*options.common.limit) : Json(nullptr);
  settings["tokens"] = nullptr;
  if (join_by.tokens) {
    settings["tokens"] = Json::array();
    for (const std::string& token : *join_by.tokens) settings["tokens"].push_back(host::valid_utf8(token));
  }
  settings["center"] = options.common.preprocessing.center || options.common.preprocessing.remove_top > 0;
  settings["remove_top"] = options.common.preprocessing.remove_top;
  settings["drop_bad_rows"] = options.common.drop_bad_rows;

  const double d1 = static_cast<double>(a.view().cols);
  const double d2 = static_cast<double>(b.view().cols);
  session.require_memory(48.0 * (d1 * d1 + d2 * d2));
  const AlignedSpaces spaces = session.timed("check", [&] { return AlignedSpaces(session, a, b, joined.items); });
  check_interrupt();
  const Rsa result = session.timed("rsa", [&] { return rsa(*spaces.first, *spaces.second); });
  check_interrupt();

  const auto n = static_cast<double>(result.items);
  const bool sweep = options.distributions || n * n * std::max(d1, d2) <= kCheapSweep;
  session.no_sweep();
  Json distributions = Json::array();
  std::vector<Distribution> swept;
  for (const auto& [input, space] : {std::pair(&a, spaces.first.get()), std::pair(&b, spaces.second.get())}) {
    if (!sweep) {
      const PairMoments& moments = input == &a ? result.a : result.b;
      distributions.push_back({{"pairs", moments.pairs},
                               {"mean", moments.mean},
                               {"sd", moments.sd},
                               {"min", nullptr},
                               {"max", nullptr},
                               {"median", nullptr},
                               {"quantiles", nullptr},
                               {"histogram", nullptr}});
      continue;
    }
    DistributionSettings wanted;
    wanted.seed = options.common.seed;
    wanted.keep_bytes = session.plan_sweep_memory(*input, result.items);
    DistributionAnalysis analysis(*space, session.precision(), wanted);
    SweepAnalysis* const analyses[] = {&analysis};
    session.sweep(*space, analyses);
    swept.push_back(analysis.result());
    distributions.push_back(to_json(swept.back(), space->matrix_rows(), input->vocabulary()));
  }
  if (!sweep) session.note("Extremes and quantiles of both distributions were not asked for: --distributions.");
  for (const auto& [constant, which] :
       {std::pair(result.constant_a, "first"), std::pair(result.constant_b, "second")}) {
    if (constant)
      session.note(std::string("All cosines of the ") + which + " space are equal: a correlation is not defined.");
  }

  Json& json = session.result();
  json["shared"] = result.items;
  json["shared_before_filters"] = shared;
  json["pairs"] = result.pairs;
  json["lost"] = lost_json(joined, spaces.dropped);
  json["rsa"] = {{"pearson", result.pearson}};
  json["linear_cka"] = result.linear_cka;
  json["linear_cka_unit_rows"] = result.linear_cka_unit;
  json["distributions"] = std::move(distributions);
  session.add_file("joined.tsv", [&](host::OutputFile& file) { file.write(host::join_as_tsv(joined.items)); });

  std::string text = Session::describe(a) + "\n" + Session::describe(b) + "\n";
  text += host::grouped(result.items) +
          (join_by.by == host::JoinBy::rows ? " rows paired by number, " : " shared tokens, ") +
          host::grouped(result.pairs) + " pairs\n\n";
  Table scores("<>");
  scores.row({"Pearson correlation of the cosines", host::fixed(result.pearson, 6)});
  scores.row({"linear CKA", host::fixed(result.linear_cka, 6)});
  scores.row({"linear CKA of unit rows", host::fixed(result.linear_cka_unit, 6)});
  text += scores.text() + "\n";
  Table cosines("<>");
  cosines.row(sweep ? std::vector<std::string>{"cosines", "mean", "sd", "min", "median", "max"}
                    : std::vector<std::string>{"cosines", "mean", "sd"});
  for (int which = 0; which < 2; ++which) {
    const PairMoments& moments = which == 0 ? result.a : result.b;
    std::vector<std::string> cells = {which == 0 ? "first" : "second", host::fixed(moments.mean),
                                      host::fixed(moments.sd)};
    if (sweep) {
      const Distribution& d = swept[static_cast<size_t>(which)];
      for (const double x : {d.extremes.min, d.median, d.extremes.max}) cells.push_back(host::fixed(x));
    }
    cosines.row(cells);
  }
  text += cosines.text() + lost_in_words(json["lost"]);
  session.finish(text);
}

}  // namespace

void add_rsa(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<RsaOptions>();
  CLI::App* command = app.add_subcommand("rsa", "Whether two spaces agree: the correlation of their cosines");
  add_matrix(*command, options->first, "E1");
  add_matrix(*command, options->second, "E2");
  command->add_option("--method", options->method, "pearson")->type_name("NAME");
  command->add_option("--join", options->join, "Pair by exact token (default), by word (Ġking is king), by rows")
      ->type_name("HOW");
  command->add_flag("--casefold", options->casefold, "Pair tokens whatever their case");
  command->add_flag("--alpha", options->alpha, "Only tokens of letters alone");
  command->add_flag("--distributions", options->distributions,
                    "Extremes and quantiles of both sides, however long it takes");
  add_common_options(*command, options->common, Inputs::two);
  command->callback([options, &chosen] { chosen = [options] { run_rsa(*options); }; });
}

}  // namespace gramian::cli
