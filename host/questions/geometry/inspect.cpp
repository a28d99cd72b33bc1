#include "host/questions/geometry/inspect.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <unordered_set>

#include "host/formats/files/message.hpp"
#include "host/formats/matching.hpp"
#include "host/questions/geometry/duplicate_rows.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

constexpr size_t kListed = 100;
constexpr int64_t kNamed = 5;

Inspect::Norms summarize(std::vector<double> norms) {
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

std::vector<Inspect::BadRow> first_of(const BadRows& bad) {
  std::vector<Inspect::BadRow> listed;
  for (const auto& [rows, zero] : {std::pair(&bad.zero, true), std::pair(&bad.nonfinite, false)}) {
    for (size_t k = 0; k < std::min(rows->size(), kListed); ++k) listed.push_back({(*rows)[k], zero});
  }
  return listed;
}

void add_tokens(const Inspect::One& answer, Table& rows) {
  const Vocabulary* vocabulary = answer.input->vocabulary();
  if (vocabulary == nullptr) return rows.row({"tokens", "none; --vocab PATH names a vocabulary"});
  std::string first;
  for (int64_t row = 0; row < std::min(vocabulary->size(), kNamed); ++row) {
    if (vocabulary->named(row)) first += (first.empty() ? "" : ", ") + token_in_quotes((*vocabulary)[row], 12);
  }
  rows.row({"tokens", host::grouped(vocabulary->size() - answer.unnamed) + ": " + first +
                          (vocabulary->size() > kNamed ? ", ..." : "")});
  const std::string& path = answer.input->embedding.vocabulary_path;
  rows.row({"", path.empty() ? "in the file itself" : "from " + host::printable(path, 80)});
  if (answer.unnamed > 0) rows.row({"rows without a token", host::grouped(answer.unnamed)});
  if (*answer.duplicate_tokens > 0) rows.row({"repeated tokens", host::grouped(*answer.duplicate_tokens)});
}

std::string tensors_in_words(const Inspect::One& answer) {
  const std::vector<host::StoredTensor>& tensors = answer.input->embedding.tensors;
  if (tensors.size() < 2) return "";
  Table names("<<<", "    ");
  for (size_t k = 0; k < std::min<size_t>(tensors.size(), 20); ++k) {
    std::string shape;
    for (const int64_t extent : tensors[k].shape) shape += (shape.empty() ? "" : " x ") + host::grouped(extent);
    const std::string name = host::valid_utf8(tensors[k].name);
    names.row({shortened(name, 60) + (name == answer.input->embedding.tensor ? " *" : ""),
               host::valid_utf8(tensors[k].dtype), shape});
  }
  return "\n  " + host::grouped(std::ssize(tensors)) + " tensors (* was read)\n" + names.text() +
         (tensors.size() > 20 ? "    ...\n" : "");
}

}  // namespace

About Inspect::about() {
  return {.name = "inspect",
          .summary = "What is in this file",
          .keys = {{"rows", "of the matrix"},
                   {"dim", "its columns"},
                   {"dtype", "of its numbers"},
                   {"format", "of the file"},
                   {"tokens", "in its vocabulary; null without one"},
                   {"unnamed_rows", "rows without a token"},
                   {"rows_examined", "what the rest is about"},
                   {"norms", "least, largest and mean length of a row"},
                   {"bad_rows", "how many rows have no cosine"},
                   {"bad_row_list", "the first hundred of each kind"},
                   {"duplicates", "rows that hold the same numbers as an earlier one"},
                   {"duplicate_tokens", "tokens that name an earlier row too"},
                   {"tensors", "of the safetensors files that were read"},
                   {"each", "of several matrices: path, tensor and the keys above, instead of them"}},
          .examples = {{"inspect sample/run1.npy", "its shape, its words, its lengths"},
                       {"inspect model.safetensors", "also which tensors there are"}}};
}

void Inspect::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  d.place("MORE", &more, "Further matrices: a row of the table each").naming(Names::matrix);
}

Inspect::Answer Inspect::ask(Run& run) {
  if (rows.preprocessing.centers()) {
    run.note("Lengths are those of rows as they are stored: preparing them changes nothing here.");
  }
  Answer answer;
  more.insert(more.begin(), matrix);
  std::vector<std::string> paths;
  for (const std::string& path : more) std::ranges::copy(host::matching_inputs(path), std::back_inserter(paths));
  several_ = paths.size() > 1;
  for (const std::string& path : paths) answer.each.push_back(inspect(run, path));
  return answer;
}

Inspect::One Inspect::inspect(Run& run, const std::string& path) {
  Input& input = run.open(path, rows.vocab, rows.most());
  One answer;
  answer.input = &input;
  answer.chosen = rows.chosen();
  if (answer.chosen) {
    RowOptions of_this = rows;
    choose_rows(run, input, of_this);
    if (!several_) rows = of_this;
  } else {
    input.rows.resize(static_cast<size_t>(input.view().rows));
    std::iota(input.rows.begin(), input.rows.end(), int64_t{0});
  }
  answer.examined = std::ssize(input.rows);
  const RowCheck check = run.timed("check", [&] { return check_rows(run.backend(), input.view(), input.rows); });
  run.check();
  answer.norms = summarize(check.norms);
  answer.bad = check.bad;
  answer.listed_bad = first_of(check.bad);
  run.read_on_host(input);
  answer.duplicates = run.timed("duplicates", [&] {
    return count_duplicate_rows(input.view(), input.rows, run.threads(), [&run] { run.check(); });
  });
  if (const Vocabulary* vocabulary = input.vocabulary()) {
    answer.unnamed = vocabulary->unnamed_count();
    answer.duplicate_tokens = count_duplicate_tokens(*vocabulary);
  }
  return answer;
}

namespace {

Json one_json(const Inspect::One& answer) {
  const Input& input = *answer.input;
  const Vocabulary* vocabulary = input.vocabulary();
  Json json;
  json["rows"] = input.view().rows;
  json["dim"] = input.view().cols;
  json["dtype"] = element_name(input.view().type);
  json["format"] = input.embedding.format;
  json["tokens"] = vocabulary != nullptr ? Json(vocabulary->size() - answer.unnamed) : Json();
  json["unnamed_rows"] = answer.unnamed;
  json["rows_examined"] = answer.examined;
  json["norms"] = {{"min", answer.norms.min}, {"max", answer.norms.max}, {"mean", answer.norms.mean}};
  json["bad_rows"] = {{"zero", answer.bad.zero.size()}, {"nonfinite", answer.bad.nonfinite.size()}};
  Json& listed = json["bad_row_list"] = Json::array();
  for (const auto& [row, zero] : answer.listed_bad) {
    listed.push_back({{"row", row}, {"token", token_json(vocabulary, row)}, {"why", zero ? "zero" : "nonfinite"}});
  }
  json["duplicates"] = answer.duplicates;
  json["duplicate_tokens"] = answer.duplicate_tokens;
  Json& tensors = json["tensors"] = Json::array();
  for (const auto& [name, dtype, shape] : input.embedding.tensors) {
    tensors.push_back({{"name", host::valid_utf8(name)}, {"dtype", host::valid_utf8(dtype)}, {"shape", shape}});
  }
  return json;
}

std::string table_of_one(const Inspect::One& answer) {
  const Input& input = *answer.input;
  Table rows("<<");
  add_tokens(answer, rows);
  if (answer.chosen) rows.row({"rows examined", host::grouped(answer.examined)});
  rows.row({"lengths of rows", host::significant(answer.norms.min) + " to " + host::significant(answer.norms.max) +
                                   ", mean " + host::significant(answer.norms.mean)});
  rows.row({"rows without a cosine", answer.bad.count() == 0 ? "none" : host::grouped(answer.bad.count())});
  for (size_t k = 0; k < std::min<size_t>(answer.listed_bad.size(), 5); ++k) {
    const auto [row, zero] = answer.listed_bad[k];
    const bool named = input.vocabulary() != nullptr && input.vocabulary()->named(row);
    rows.row({"", "row " + std::to_string(row) + (named ? " " + name_of(input, row) : "") + ": " +
                      (zero ? "zero" : "NaN or infinite")});
  }
  if (answer.bad.count() > 5) rows.row({"", "..."});
  rows.row({"repeated rows", answer.duplicates == 0 ? "none" : host::grouped(answer.duplicates)});
  return describe(input) + "\n\n" + rows.text() + tensors_in_words(answer);
}

std::string table_of_many(const std::vector<Inspect::One>& each) {
  Table rows("<<<>");
  rows.row({"", "format", "type", "rows", "dim", "tokens", "mean length", "without a cosine", "repeated"});
  for (const Inspect::One& one : each) {
    const Input& input = *one.input;
    const Vocabulary* vocabulary = input.vocabulary();
    rows.row({shortened(name_in_table(input), 34), input.embedding.format, std::string(element_name(input.view().type)),
              host::grouped(input.view().rows), host::grouped(input.view().cols),
              vocabulary == nullptr ? "none" : host::grouped(vocabulary->size() - one.unnamed),
              host::significant(one.norms.mean), host::grouped(one.bad.count()), host::grouped(one.duplicates)});
  }
  return rows.text();
}

}  // namespace

Json to_json(const Inspect::Answer& answer) {
  if (answer.each.size() == 1) return one_json(answer.each.front());
  Json json;
  Json& each = json["each"] = Json::array();
  for (const Inspect::One& one : answer.each) {
    Json entry = path_and_tensor(*one.input);
    entry.update(one_json(one));
    each.push_back(std::move(entry));
  }
  return json;
}

std::string table(const Inspect::Answer& answer) {
  return answer.each.size() == 1 ? table_of_one(answer.each.front()) : table_of_many(answer.each);
}

}  // namespace gramian::questions
