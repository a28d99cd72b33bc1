#include "host/cli/run/paired_spaces.hpp"

#include <algorithm>
#include <utility>

#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/table.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"

namespace gramian::cli {
namespace {

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

std::vector<int64_t> rows_of(const std::vector<host::JoinedItem>& items, int64_t host::JoinedItem::*row) {
  std::vector<int64_t> rows;
  rows.reserve(items.size());
  for (const host::JoinedItem& item : items) rows.push_back(item.*row);
  return rows;
}

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

int64_t before_filters(const host::VocabularyJoin& joined) {
  return std::ssize(joined.items) + joined.filtered_length + joined.filtered_alpha + joined.filtered_tokens +
         joined.beyond_limit;
}

/// `left` of `shared` items have passed the filters.
void require_enough(int64_t left, int64_t shared) {
  if (left < 3) {
    throw InvalidInput("two spaces are compared over at least 3 shared tokens; there " +
                       std::string(shared == 1 ? "is " : "are ") + host::grouped(shared) +
                       (left < shared ? ", and the filters leave " + std::to_string(left) : ""));
  }
}

}  // namespace

host::JoinSettings join_settings(const PairOptions& options) {
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

host::VocabularyJoin join_inputs(const Input& a, const Input& b, const host::JoinSettings& settings) {
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
  if (before_filters(joined) == 0 && !by_rows) {
    throw InvalidInput("the two vocabularies share no token" + other_joins(*a.vocabulary(), *b.vocabulary(), settings));
  }
  return joined;
}

void record_join(Json& settings, const PairOptions& options, const host::JoinSettings& join_by) {
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
}

void add_pair_options(CLI::App& command, PairOptions& options) {
  add_matrix(command, options.first, "E1");
  add_matrix(command, options.second, "E2");
  command.add_option("--join", options.join, "Pair by exact token (default), by word (Ġking is king), by rows")
      ->type_name("HOW");
  command.add_flag("--casefold", options.casefold, "Pair tokens whatever their case");
  command.add_flag("--alpha", options.alpha, "Only tokens of letters alone");
  add_common_options(command, options.common, Inputs::two);
}

PairedSpaces::PairedSpaces(Session& session, const PairOptions& options) : session_(session) {
  const host::JoinSettings join_by = join_settings(options);
  by_ = join_by.by;
  a = &session.open(options.first, options.common.vocab);
  b = &session.open(options.second, options.common.vocab2);
  joined = session.timed("join", [&] { return join_inputs(*a, *b, join_by); });
  const int64_t shared = before_filters(joined);
  require_enough(std::ssize(joined.items), shared);
  record_join(session.settings(), options, join_by);
  const auto d1 = static_cast<double>(a->view().cols);
  const auto d2 = static_cast<double>(b->view().cols);
  session.require_memory(48.0 * (d1 * d1 + d2 * d2));
  session.timed("check", [&] {
    std::vector<host::JoinedItem>& items = joined.items;
    const size_t before = items.size();
    for (const auto& [input, row] : {std::pair(a, &host::JoinedItem::first), std::pair(b, &host::JoinedItem::second)}) {
      drop(*input, row, check_rows(session.backend(), input->view(), rows_of(items, row)).bad);
    }
    // Centring can empty further rows; leaving one out moves the mean, so both start again.
    while (!build(*a, &host::JoinedItem::first, first) || !build(*b, &host::JoinedItem::second, second)) {
    }
    dropped_ = static_cast<int64_t>(before - items.size());
    a->rows = rows_of(items, &host::JoinedItem::first);
    b->rows = rows_of(items, &host::JoinedItem::second);
  });
  check_interrupt();
  lost_ = lost_json(joined, dropped_);
  session.result()["shared"] = size();
  session.result()["shared_before_filters"] = shared;
  session.result()["pairs"] = size() % 2 == 0 ? size() / 2 * (size() - 1) : (size() - 1) / 2 * size();
  session.result()["lost"] = lost_;
  session.add_file("joined.tsv", [this](host::OutputFile& file) { file.write(host::join_as_tsv(joined.items)); });
}

bool PairedSpaces::build(const Input& input, int64_t host::JoinedItem::*row, std::unique_ptr<Space>& space) {
  if (joined.items.size() < 3) {
    throw InvalidInput("two spaces are compared over at least 3 shared tokens; without bad rows there are " +
                       std::to_string(joined.items.size()));
  }
  check_interrupt();
  if (space && space->matrix_rows() == rows_of(joined.items, row)) return true;
  try {
    space = std::make_unique<Space>(session_.backend(), input.view(),
                                    SpaceOptions{rows_of(joined.items, row), session_.options().preprocessing});
    return true;
  } catch (const BadRowsError& error) {
    drop(input, row, error.rows());
    return false;
  }
}

void PairedSpaces::drop(const Input& input, int64_t host::JoinedItem::*row, const BadRows& bad) {
  if (bad.count() == 0) return;
  const std::string named = host::printable(input.embedding.path, 4096) + ": " + name_bad_rows(input, bad);
  if (!session_.options().drop_bad_rows) throw InvalidInput(named + "; --drop-bad-rows leaves them out");
  session_.note("Dropped: " + named + ".");
  std::erase_if(joined.items, [&](const host::JoinedItem& item) {
    return std::ranges::binary_search(bad.zero, item.*row) || std::ranges::binary_search(bad.nonfinite, item.*row);
  });
}

Json PairedSpaces::token_json(int64_t item) const {
  return token(item).empty() ? Json(nullptr) : Json(host::valid_utf8(token(item)));
}

Json PairedSpaces::neighbors_json(std::span<const Neighbor> neighbors) const {
  Json json = Json::array();
  for (const Neighbor& neighbor : neighbors) json.push_back({token_json(neighbor.row), neighbor.cosine});
  return json;
}

int64_t PairedSpaces::require_item(const std::string& token) const {
  const auto position = [&](const auto& same) {
    const auto it = std::ranges::find_if(joined.items, same);
    return it == joined.items.end() ? int64_t{-1} : it - joined.items.begin();
  };
  int64_t item = position([&](const host::JoinedItem& each) { return each.token == token; });
  if (item < 0 && a->vocabulary() != nullptr) {
    if (const auto row = host::find_token(*a->vocabulary(), token)) {
      item = position([&](const host::JoinedItem& each) { return each.first == *row; });
    }
  }
  if (item < 0) throw InvalidUsage("token " + token_in_quotes(token, 200) + " is not among the shared ones");
  return item;
}

std::string PairedSpaces::heading() const {
  return Session::describe(*a) + "\n" + Session::describe(*b) + "\n" + host::grouped(size()) +
         (by_ == host::JoinBy::rows ? " rows paired by number, " : " shared tokens, ") +
         host::grouped(session_.result()["pairs"].get<int64_t>()) + " pairs\n\n";
}

std::string PairedSpaces::lost_in_words() const {
  constexpr std::pair<const char*, const char*> kReasons[] = {
      {"only_in_first", "only in the first"},   {"only_in_second", "only in the second"},
      {"continuation_pieces", "no whole word"}, {"duplicates", "repeated"},
      {"unnamed", "rows without a token"},      {"filtered_length", "of another length"},
      {"filtered_alpha", "not letters alone"},  {"filtered_tokens", "not among --tokens"},
      {"beyond_limit", "beyond --limit"},       {"bad_rows", "bad rows"}};
  Table table("><", "    ");
  bool any = false;
  for (const auto& [key, words] : kReasons) {
    const auto count = lost_[key].get<int64_t>();
    if (count == 0) continue;
    table.row({host::grouped(count), words});
    any = true;
  }
  return any ? "\n  left out\n" + table.text() : "";
}

}  // namespace gramian::cli
