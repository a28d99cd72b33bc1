#include "host/questions/comparison/shared_spaces.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "engine/analyses/distribution/centered_products.hpp"
#include "engine/analyses/distribution/spectrum.hpp"
#include "engine/error.hpp"
#include "engine/row_products.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/rows/asked_tokens.hpp"
#include "host/questions/rows/row_filter.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::questions {
namespace {

std::string file_of(const std::string& path) { return path.substr(0, path.rfind('#')); }

bool is_bad(const BadRows& bad, int64_t row) {
  return std::ranges::binary_search(bad.zero, row) || std::ranges::binary_search(bad.nonfinite, row);
}

}  // namespace

SharedSpaces::SharedSpaces(Run& run, const std::vector<std::string>& paths, const Joining& joining, RowOptions& rows) {
  const host::JoinSettings settings = joining.settings(rows);
  by_ = settings.by;
  for (size_t k = 0; k < paths.size(); ++k) {
    // Matrices of one file have one vocabulary.
    const bool of_first = k == 0 || file_of(paths[k]) == file_of(paths[0]);
    inputs_.push_back(&run.open(paths[k], k == 1 && rows.vocab2 ? rows.vocab2 : of_first ? rows.vocab : std::nullopt));
  }
  run.timed("join", [&] { join(run, settings); });
  if (rows.sample) draw_sample(*rows.sample, run.seed());
  rows.preprocessing.center = rows.preprocessing.centers();
  if (count() == 2) require_enough();
  require_memory(run, rows.preprocessing);
  run.timed("check", [&] { build(run, rows); });
  run.check();
}

/// In row order of the first input.
void SharedSpaces::join(Run& run, const host::JoinSettings& settings) {
  const bool pair = count() == 2;
  host::JoinSettings all = settings;
  if (!pair) all.limit = std::nullopt;
  rows_.resize(count());
  for (size_t k = 1; k < count(); ++k) {
    host::VocabularyJoin joined = join_inputs(*inputs_[0], *inputs_[k], all);
    note_joining(run, settings, joined, k);
    if (k == 1) {
      before_filters_ = before_filters(joined);
      for (const host::JoinedItem& item : joined.items) {
        tokens_.push_back(item.token);
        rows_[0].push_back(item.first);
        rows_[1].push_back(item.second);
      }
      joined.items.clear();
      lost_ = std::move(joined);
      continue;
    }
    std::unordered_map<int64_t, int64_t> row_of;
    for (const host::JoinedItem& item : joined.items) row_of.emplace(item.first, item.second);
    std::vector<bool> kept;
    for (const int64_t row : rows_[0]) kept.push_back(row_of.contains(row));
    keep_items(kept);
    for (const int64_t row : rows_[0]) rows_[k].push_back(row_of.at(row));
  }
  if (pair || !settings.limit || std::ssize(tokens_) <= *settings.limit) return;
  tokens_.resize(static_cast<size_t>(*settings.limit));
  for (std::vector<int64_t>& rows : rows_) rows.resize(tokens_.size());
}

void SharedSpaces::note_joining(Run& run, const host::JoinSettings& settings, const host::VocabularyJoin& joined,
                                size_t k) {
  if (settings.by == host::JoinBy::exact) {
    const std::string doubt = doubt_about_raw_strings(*inputs_[0], *inputs_[k], before_filters(joined));
    if (!doubt.empty()) run.note(doubt);
  }
  if (joined.not_shared.empty()) return;
  run.note(host::grouped(std::ssize(joined.not_shared)) + " of the " + host::grouped(std::ssize(*settings.tokens)) +
           " tokens asked for are not shared: " + in_words(joined.not_shared) + ".");
  run.skipped(joined.not_shared);
}

void SharedSpaces::draw_sample(int64_t count, uint64_t seed) {
  const int64_t before = std::ssize(tokens_);
  std::vector<bool> kept(tokens_.size());
  for (const int64_t item : random_sample(before, count, seed)) kept[static_cast<size_t>(item)] = true;
  keep_items(kept);
  not_sampled_ = before - std::ssize(tokens_);
}

void SharedSpaces::keep_items(const std::vector<bool>& kept) {
  const auto keep = [&](auto& values) {
    if (values.empty()) return;  // of an input that is not joined yet
    size_t next = 0;
    for (size_t i = 0; i < kept.size(); ++i) {
      if (!kept[i]) continue;
      if (next != i) values[next] = std::move(values[i]);
      ++next;
    }
    values.resize(next);
  };
  keep(tokens_);
  for (std::vector<int64_t>& rows : rows_) keep(rows);
}

void SharedSpaces::require_enough() const {
  const int64_t left = std::ssize(tokens_);
  if (left >= 3) return;
  throw InvalidInput("two spaces are compared over at least 3 shared tokens; there " +
                     std::string(before_filters_ == 1 ? "is " : "are ") + host::grouped(before_filters_) +
                     (left < before_filters_ ? ", and the filters leave " + std::to_string(left) : ""));
}

void SharedSpaces::require_memory(Run& run, const Preprocessing& preprocessing) const {
  const int64_t n = std::ssize(tokens_);
  int64_t widest = 0;
  double bytes = 0.0;
  for (const Input* input : inputs_) {
    const int64_t d = input->view().cols;
    bytes = std::max(bytes, cross_products_bytes(n, d, std::max(d, widest)));
    if (preprocessing.remove_top > 0 || preprocessing.principal()) bytes = std::max(bytes, spectrum_bytes(n, d));
    widest = std::max(widest, d);
  }
  // Of many, the rows and products of all are held at once.
  for (size_t k = 0; count() > 2 && k < count(); ++k) {
    bytes += run.backend().host_bytes(n, inputs_[k]->view().cols, run.precision()) +
             smaller_gram_size(n, inputs_[k]->view().cols);
  }
  run.require_memory(bytes, fewer_rows_or_dims(n, widest));
}

double SharedSpaces::kept_bytes(Run& run, size_t k) const {
  double bytes = 0.0;
  for (size_t other = 0; other < count(); ++other) {
    const int64_t d = inputs_[other]->view().cols;
    bytes += smaller_gram_size(size(), d);
    if (other < k) bytes += run.backend().host_bytes(size(), d, run.precision());
  }
  return bytes;
}

void SharedSpaces::build(Run& run, const RowOptions& rows) {
  const int64_t before = std::ssize(tokens_);
  spaces_.resize(count());
  if (before >= 3) {
    for (size_t k = 0; k < count(); ++k) {
      drop(run, rows, k, check_rows(run.backend(), inputs_[k]->view(), rows_[k]).bad);
    }
  }
  // Centring can empty further rows; leaving one out moves the mean, so all start again.
  const auto build_all = [&] {
    for (size_t k = 0; k < count(); ++k) {
      if (!build_space(run, rows, k)) return false;
    }
    return true;
  };
  bool built = build_all();
  while (!built) built = build_all();
  dropped_ = before - std::ssize(tokens_);
  for (size_t k = 0; k < count(); ++k) inputs_[k]->rows = rows_[k];
}

bool SharedSpaces::build_space(Run& run, const RowOptions& rows, size_t k) {
  if (tokens_.size() < 3) {
    throw InvalidInput((count() == 2
                            ? "two spaces are compared over at least 3 shared tokens; without bad rows there are "
                            : "spaces are compared over at least 3 shared tokens; all share ") +
                       std::to_string(tokens_.size()));
  }
  run.check();
  if (spaces_[k] && spaces_[k]->matrix_rows() == rows_[k]) return true;
  try {
    spaces_[k] = std::make_unique<Space>(run.backend(), inputs_[k]->view(), SpaceOptions{rows_[k], rows.preprocessing});
    return true;
  } catch (const BadRowsError& error) {
    drop(run, rows, k, error.rows());
    return false;
  }
}

void SharedSpaces::drop(Run& run, const RowOptions& rows, size_t k, const BadRows& bad) {
  if (bad.count() == 0) return;
  const std::string named = host::printable(inputs_[k]->embedding.path, 4096) + ": " + name_bad_rows(*inputs_[k], bad);
  if (!rows.drop_bad_rows) throw InvalidInput(named + "; --drop-bad-rows leaves them out");
  run.note("Dropped: " + named + ".");
  std::vector<bool> kept;
  for (const int64_t row : rows_[k]) kept.push_back(!is_bad(bad, row));
  keep_items(kept);
}

std::optional<int64_t> SharedSpaces::find_item(const std::string& token) const {
  auto place = std::ranges::find(tokens_, token) - tokens_.begin();
  if (place == std::ssize(tokens_) && inputs_[0]->vocabulary() != nullptr) {
    if (const auto row = host::find_token(*inputs_[0]->vocabulary(), token)) {
      place = std::ranges::find(rows_[0], *row) - rows_[0].begin();
    }
  }
  if (place == std::ssize(tokens_)) return std::nullopt;
  return place;
}

std::vector<int64_t> SharedSpaces::find_items(Run& run, const std::vector<std::string>& tokens,
                                              bool skip_unknown) const {
  std::vector<int64_t> items;
  std::vector<std::string> missing;
  for (const std::string& token : tokens) {
    if (const auto item = find_item(token)) {
      items.push_back(*item);
    } else {
      missing.push_back(token);
    }
  }
  if (missing.empty()) return items;
  if (!skip_unknown) {
    throw InvalidUsage(
        (missing.size() == 1 ? "token " + in_words(missing) + " is" : "tokens " + in_words(missing) + " are") +
        " not among the shared ones" + (tokens.size() > 1 ? "; --skip-unknown leaves out what is not" : ""));
  }
  run.note("Not among the shared tokens: " + in_words(missing) + ".");
  run.skipped(missing);
  return items;
}

Json SharedSpaces::token_json(int64_t item) const {
  return token(item).empty() ? Json() : Json(host::valid_utf8(token(item)));
}

Json SharedSpaces::neighbors_json(std::span<const Neighbor> neighbors) const {
  Json json = Json::array();
  for (const Neighbor& neighbor : neighbors) {
    json.push_back(Json::array({token_json(neighbor.row), neighbor.cosine}));
  }
  return json;
}

Json SharedSpaces::json() const {
  Json json;
  json["shared"] = size();
  json["shared_before_filters"] = before_filters_;
  json["pairs"] = pairs();
  json["lost"] = lost_json(lost_, not_sampled_, dropped_);
  return json;
}

void SharedSpaces::add_file(Files& files) const {
  files.add("joined.tsv", [this](host::OutputFile& file) {
    std::string text = "token";
    for (size_t k = 1; k <= count(); ++k) text += "\trow" + std::to_string(k);
    text += '\n';
    for (size_t i = 0; i < tokens_.size(); ++i) {
      text += host::tsv_text(tokens_[i]);
      for (const std::vector<int64_t>& rows : rows_) text += '\t' + std::to_string(rows[i]);
      text += '\n';
    }
    file.write(text);
  });
}

std::string SharedSpaces::heading() const {
  std::string text;
  for (size_t k = 0; k < count(); ++k) {
    text += (count() > 2 ? std::to_string(k + 1) + "  " : "") + describe(*inputs_[k]) + "\n";
  }
  const bool rows = by_ == host::JoinBy::rows && count() == 2;
  return text + host::grouped(size()) +
         (rows           ? " rows paired by number, "
          : count() == 2 ? " shared tokens, "
                         : " tokens shared by all, ") +
         host::grouped(pairs()) + " pairs\n\n";
}

std::string SharedSpaces::lost_in_words() const {
  const std::pair<int64_t, const char*> reasons[] = {
      {lost_.first.only_here, "only in the first"},
      {lost_.second.only_here, "only in the second"},
      {lost_.first.continuation_pieces + lost_.second.continuation_pieces, "no whole word"},
      {lost_.first.duplicates + lost_.second.duplicates, "repeated"},
      {lost_.first.unnamed + lost_.second.unnamed, "rows without a token"},
      {lost_.filtered_length, "of another length"},
      {lost_.filtered_alpha, "not letters alone"},
      {lost_.filtered_excluded, "excluded"},
      {lost_.filtered_tokens, "not among --tokens"},
      {lost_.beyond_limit, "beyond --limit"},
      {not_sampled_, "not in the sample"},
      {dropped_, "bad rows"}};
  Table table("><", "    ");
  bool any = false;
  for (const auto& [number, words] : reasons) {
    if (number == 0) continue;
    table.row({host::grouped(number), words});
    any = true;
  }
  return any ? "\n  left out\n" + table.text() : "";
}

}  // namespace gramian::questions
