#include "host/cli/commands/rsa_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/error.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/table.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::cli {
namespace {

/// A token and its row in every input.
struct SharedItem {
  std::string token;
  std::vector<int64_t> rows;
};

/// In row order of the first input.
std::vector<SharedItem> share(const std::vector<Input*>& inputs, host::JoinSettings settings) {
  const std::optional<int64_t> limit = std::exchange(settings.limit, std::nullopt);
  std::vector<SharedItem> items;
  for (size_t k = 1; k < inputs.size(); ++k) {
    const host::VocabularyJoin joined = join_inputs(*inputs[0], *inputs[k], settings);
    if (k == 1) {
      for (const host::JoinedItem& item : joined.items) items.push_back({item.token, {item.first, item.second}});
      continue;
    }
    std::unordered_map<int64_t, int64_t> row_of;
    for (const host::JoinedItem& item : joined.items) row_of.emplace(item.first, item.second);
    std::erase_if(items, [&](const SharedItem& item) { return !row_of.contains(item.rows[0]); });
    for (SharedItem& item : items) item.rows.push_back(row_of.at(item.rows[0]));
  }
  if (limit && std::ssize(items) > *limit) items.resize(static_cast<size_t>(*limit));
  return items;
}

class ManySpaces {
 public:
  ManySpaces(Session& session, std::vector<Input*> inputs, std::vector<SharedItem> items)
      : session_(session), inputs_(std::move(inputs)), items_(std::move(items)) {
    while (!build()) {
    }
    for (size_t k = 0; k < inputs_.size(); ++k) inputs_[k]->rows = rows_of(k);
  }
  const std::vector<SharedItem>& items() const { return items_; }
  Space& operator[](size_t k) { return *spaces_[k]; }
  size_t size() const { return spaces_.size(); }

 private:
  std::vector<int64_t> rows_of(size_t k) const {
    std::vector<int64_t> rows;
    for (const SharedItem& item : items_) rows.push_back(item.rows[k]);
    return rows;
  }
  /// False where an item had to be left out: its row in one space may have moved the mean of another.
  bool build() {
    if (items_.size() < 3) {
      throw InvalidInput("spaces are compared over at least 3 shared tokens; all share " +
                         std::to_string(items_.size()));
    }
    spaces_.clear();
    for (size_t k = 0; k < inputs_.size(); ++k) {
      check_interrupt();
      try {
        spaces_.push_back(std::make_unique<Space>(session_.backend(), inputs_[k]->view(), rows_of(k),
                                                  session_.options().preprocessing, false));
      } catch (const BadRowsError& error) {
        const BadRows& bad = error.rows();
        const std::string named =
            host::printable(inputs_[k]->embedding.path, 4096) + ": " + name_bad_rows(*inputs_[k], bad);
        if (!session_.options().drop_bad_rows) throw InvalidInput(named + "; --drop-bad-rows leaves them out");
        session_.note("Dropped: " + named + ".");
        std::erase_if(items_, [&](const SharedItem& item) {
          return std::ranges::binary_search(bad.zero, item.rows[k]) ||
                 std::ranges::binary_search(bad.nonfinite, item.rows[k]);
        });
        return false;
      }
    }
    return true;
  }

  Session& session_;
  std::vector<Input*> inputs_;
  std::vector<SharedItem> items_;
  std::vector<std::unique_ptr<Space>> spaces_;
};

std::string as_tsv(const std::vector<SharedItem>& items) {
  std::string text = "token";
  for (size_t k = 1; k <= items.front().rows.size(); ++k) text += "\trow" + std::to_string(k);
  text += '\n';
  for (const SharedItem& item : items) {
    text += host::tsv_text(item.token);
    for (const int64_t row : item.rows) text += '\t' + std::to_string(row);
    text += '\n';
  }
  return text;
}

/// Of one score between all spaces: 1 on the diagonal, no number in the row of a space that has no score.
class Scores {
 public:
  explicit Scores(size_t count) : matrix_(static_cast<int64_t>(count), static_cast<int64_t>(count)) {
    for (int64_t k = 0; k < matrix_.rows; ++k) matrix_(k, k) = 1.0;
  }
  void set(size_t i, size_t j, double score) {
    const auto a = static_cast<int64_t>(i);
    const auto b = static_cast<int64_t>(j);
    matrix_(a, b) = matrix_(b, a) = score;
  }
  void undefined(size_t i) {
    const auto a = static_cast<int64_t>(i);
    matrix_(a, a) = std::numeric_limits<double>::quiet_NaN();
  }
  const DenseMatrix& matrix() const { return matrix_; }

 private:
  DenseMatrix matrix_;
};

std::string table_of(const std::string& name, const Scores& scores) {
  Table table("<>");
  std::vector<std::string> head = {name};
  for (int64_t k = 0; k < scores.matrix().rows; ++k) head.push_back(std::to_string(k + 1));
  table.row(head);
  for (int64_t i = 0; i < scores.matrix().rows; ++i) {
    std::vector<std::string> cells = {std::to_string(i + 1)};
    for (int64_t j = 0; j < scores.matrix().cols; ++j) cells.push_back(host::fixed(scores.matrix()(i, j), 4));
    table.row(cells);
  }
  return table.text();
}

}  // namespace

void run_rsa_matrix(const PairOptions& pair, const std::vector<std::string>& more, const RankOptions& ranks) {
  const host::JoinSettings join_by = join_settings(pair);
  Session session("rsa", pair.common);
  std::vector<Input*> inputs = {&session.open(pair.first, pair.common.vocab),
                                &session.open(pair.second, pair.common.vocab2)};
  for (const std::string& path : more) inputs.push_back(&session.open(path, std::nullopt));
  std::vector<SharedItem> items = session.timed("join", [&] { return share(inputs, join_by); });
  double bytes = 0.0;
  for (const Input* input : inputs) {
    const auto d = static_cast<double>(input->view().cols);
    bytes += 48.0 * d * d + static_cast<double>(items.size()) * d * (session.precision() == Precision::double_ ? 8 : 4);
  }
  session.require_memory(bytes);
  const auto shared = static_cast<int64_t>(items.size());
  const RankMethod method(session, ranks, shared);
  record_join(session.settings(), pair, join_by);
  method.record(session.settings());
  ManySpaces spaces(session, inputs, std::move(items));
  const size_t count = spaces.size();

  std::deque<RankedSpace> ranked;
  for (size_t k = 0; k < count && method.wanted(); ++k) {
    RankedSpace& ranks = ranked.emplace_back(session, method, spaces[k]);
    if (method.exact()) continue;
    SweepAnalysis* const analyses[] = {&ranks.analysis()};
    session.sweep(spaces[k], analyses);
  }
  if (!method.wanted() || method.exact()) session.no_sweep();
  Scores pearson(count);
  Scores spearmans(count);
  Scores cka(count);
  double bound = 0.0;
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = i + 1; j < count; ++j) {
      const Rsa result = session.timed("rsa", [&] { return rsa(spaces[i], spaces[j]); });
      check_interrupt();
      pearson.set(i, j, result.pearson);
      cka.set(i, j, result.linear_cka);
      for (const auto& [constant, which] : {std::pair(result.constant_a, i), std::pair(result.constant_b, j)}) {
        if (!constant || std::isnan(pearson.matrix()(static_cast<int64_t>(which), static_cast<int64_t>(which))))
          continue;
        pearson.undefined(which);
        spearmans.undefined(which);
        session.note("All cosines of space " + std::to_string(which + 1) + " are equal: a correlation is not defined.");
      }
      if (!method.wanted()) continue;
      const Spearman by_ranks = spearman(session, ranked[i], ranked[j]);
      spearmans.set(i, j, by_ranks.rho);
      bound = std::max(bound, by_ranks.bound);
    }
  }

  Json& json = session.result();
  json["shared"] = spaces[0].size();
  json["pairs"] = static_cast<int64_t>(pair_count(spaces[0].size()));
  json["models"] = Json::array();
  std::string text;
  for (size_t k = 0; k < count; ++k) {
    json["models"].push_back(host::valid_utf8(inputs[k]->embedding.path));
    text += std::to_string(k + 1) + "  " + Session::describe(*inputs[k]) + "\n";
  }
  json["rsa"]["pearson"] = to_json(pearson.matrix());
  json["rsa"]["spearman"] = method.wanted() ? to_json(spearmans.matrix()) : Json(nullptr);
  json["rsa"]["ranks"] = method.wanted() ? Json({{"exact", method.exact()}, {"error_bound", bound}}) : Json(nullptr);
  json["linear_cka"] = to_json(cka.matrix());
  const auto add_matrix = [&](const std::string& name, const Scores& scores) {
    session.add_file(name, [&](host::OutputFile& file) { host::write_npy(file, scores.matrix()); });
  };
  session.add_file("joined.tsv", [&](host::OutputFile& file) { file.write(as_tsv(spaces.items())); });
  add_matrix("pearson.npy", pearson);
  if (method.wanted()) add_matrix("spearman.npy", spearmans);
  add_matrix("linear_cka.npy", cka);

  text += host::grouped(spaces[0].size()) + " tokens shared by all, " +
          host::grouped(static_cast<int64_t>(pair_count(spaces[0].size()))) + " pairs\n\n" +
          table_of("Pearson", pearson);
  if (method.wanted()) text += "\n" + table_of("Spearman", spearmans);
  session.finish(text + "\n" + table_of("linear CKA", cka));
}

}  // namespace gramian::cli
