#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <unordered_set>

#include "host/cli/command.hpp"
#include "host/cli/run/duplicate_rows.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

constexpr size_t kListed = 100;

struct InspectOptions {
  CommonOptions common;
  std::string input;
};

struct Norms {
  double min = std::numeric_limits<double>::quiet_NaN();
  double max = std::numeric_limits<double>::quiet_NaN();
  double mean = std::numeric_limits<double>::quiet_NaN();
};

Norms summarize(std::vector<double> norms) {
  std::erase_if(norms, [](double norm) { return !std::isfinite(norm); });
  if (norms.empty()) return {};
  const auto [min, max] = std::ranges::minmax(norms);
  return {min, max, std::accumulate(norms.begin(), norms.end(), 0.0) / static_cast<double>(norms.size())};
}

int64_t count_duplicate_tokens(const Vocabulary& vocabulary) {
  std::unordered_set<std::string_view> seen;
  int64_t duplicates = 0;
  for (int64_t row = 0; row < vocabulary.size(); ++row) {
    if (vocabulary.named(row) && !seen.insert(vocabulary[row]).second) ++duplicates;
  }
  return duplicates;
}

Json tensors_json(const host::Embedding& embedding) {
  Json tensors = Json::array();
  for (const host::StoredTensor& tensor : embedding.tensors) {
    tensors.push_back(
        {{"name", host::valid_utf8(tensor.name)}, {"dtype", host::valid_utf8(tensor.dtype)}, {"shape", tensor.shape}});
  }
  return tensors;
}

void run_inspect(const InspectOptions& options) {
  Session session("inspect", options.common);
  Input& input = session.open(options.input, options.common.vocab, Session::Reads::limited);
  const bool chosen = options.common.tokens || options.common.length || options.common.limit;
  if (chosen) {
    session.choose_rows(input);
  } else {
    input.rows.resize(static_cast<size_t>(input.view().rows));
    std::iota(input.rows.begin(), input.rows.end(), int64_t{0});
  }
  const RowCheck check =
      session.timed("check", [&] { return check_rows(session.backend(), input.view(), input.rows); });
  check_interrupt();
  const int64_t duplicates =
      session.timed("duplicates", [&] { return count_duplicate_rows(input.view(), input.rows, session.threads()); });
  const Norms norms = summarize(check.norms);
  const Vocabulary* vocabulary = input.vocabulary();
  const int64_t unnamed = vocabulary != nullptr ? vocabulary->unnamed_count() : 0;

  Json& result = session.result();
  result["rows"] = input.view().rows;
  result["dim"] = input.view().cols;
  result["dtype"] = element_name(input.view().type);
  result["format"] = input.embedding.format;
  result["tokens"] = vocabulary != nullptr ? Json(vocabulary->size() - unnamed) : Json(nullptr);
  result["unnamed_rows"] = unnamed;
  result["rows_examined"] = std::ssize(input.rows);
  result["norms"] = {{"min", norms.min}, {"max", norms.max}, {"mean", norms.mean}};
  result["bad_rows"] = {{"zero", check.bad.zero.size()}, {"nonfinite", check.bad.nonfinite.size()}};
  Json listed = Json::array();
  for (const auto& [rows, why] : {std::pair(&check.bad.zero, "zero"), std::pair(&check.bad.nonfinite, "nonfinite")}) {
    for (size_t k = 0; k < std::min(rows->size(), kListed); ++k) {
      listed.push_back({{"row", (*rows)[k]}, {"token", token_json(vocabulary, (*rows)[k])}, {"why", why}});
    }
  }
  result["bad_row_list"] = std::move(listed);
  result["duplicates"] = duplicates;
  const int64_t duplicate_tokens = vocabulary != nullptr ? count_duplicate_tokens(*vocabulary) : 0;
  result["duplicate_tokens"] = vocabulary != nullptr ? Json(duplicate_tokens) : Json(nullptr);
  result["tensors"] = tensors_json(input.embedding);

  std::string text = Session::describe(input) + "\n\n";
  Table table("<<");
  if (vocabulary == nullptr) {
    table.row({"tokens", "none; --vocab PATH names a vocabulary"});
  } else {
    std::string first;
    for (int64_t row = 0; row < std::min<int64_t>(vocabulary->size(), 5); ++row) {
      if (vocabulary->named(row)) first += (first.empty() ? "" : ", ") + token_in_quotes((*vocabulary)[row], 12);
    }
    table.row({"tokens", host::grouped(vocabulary->size() - unnamed) + ": " + first + ", ..."});
    const std::string& path = input.embedding.vocabulary_path;
    table.row({"", path.empty() ? "in the file itself" : "from " + host::printable(path, 80)});
    if (unnamed > 0) table.row({"rows without a token", host::grouped(unnamed)});
    if (duplicate_tokens > 0) table.row({"repeated tokens", host::grouped(duplicate_tokens)});
  }
  if (chosen) table.row({"rows examined", host::grouped(std::ssize(input.rows))});
  table.row({"lengths of rows", host::significant(norms.min) + " to " + host::significant(norms.max) + ", mean " +
                                    host::significant(norms.mean)});
  table.row({"rows without a cosine", check.bad.count() == 0 ? "none" : host::grouped(check.bad.count())});
  for (size_t k = 0; k < std::min<size_t>(result["bad_row_list"].size(), 5); ++k) {
    const Json& bad = result["bad_row_list"][k];
    const auto row = bad["row"].get<int64_t>();
    const bool named = vocabulary != nullptr && vocabulary->named(row);
    table.row({"", "row " + std::to_string(row) + (named ? " " + token_in_quotes((*vocabulary)[row]) : "") + ": " +
                       (bad["why"] == "zero" ? "zero" : "NaN or infinite")});
  }
  if (check.bad.count() > 5) table.row({"", "..."});
  table.row({"repeated rows", duplicates == 0 ? "none" : host::grouped(duplicates)});
  text += table.text();
  const Json& tensors = result["tensors"];
  if (tensors.size() > 1) {
    text += "\n  " + host::grouped(std::ssize(tensors)) + " tensors\n";
    Table names("<<<", "    ");
    for (size_t k = 0; k < std::min<size_t>(tensors.size(), 20); ++k) {
      std::string shape;
      for (const Json& extent : tensors[k]["shape"]) {
        shape += (shape.empty() ? "" : " x ") + host::grouped(extent.get<int64_t>());
      }
      const auto name = tensors[k]["name"].get<std::string>();
      names.row({shortened(name, 60) + (name == input.embedding.tensor ? " *" : ""),
                 tensors[k]["dtype"].get<std::string>(), shape});
    }
    text += names.text() + (tensors.size() > 20 ? "    ...\n" : "");
  }
  session.finish(text);
}

}  // namespace

void add_inspect(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand("inspect", "What is in this file");
  add_matrix(*command, options->input, "E");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_inspect(*options); }; });
}

}  // namespace gramian::cli
