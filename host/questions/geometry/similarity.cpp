#include "host/questions/geometry/similarity.hpp"

#include <algorithm>
#include <filesystem>

#include "engine/analyses/neighborhoods/similarity.hpp"
#include "engine/error.hpp"
#include "host/questions/run/disk.hpp"
#include "host/questions/run/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/drawing/heatmap_svg.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

/// Rows up to which there is a picture.
constexpr int64_t kPictured = 1000;
/// Rows up to which the matrix stands in result.json.
constexpr int64_t kListed = 3000;

/// scipy's form: a, b, height, rows in the cluster.
DenseMatrix linkage_matrix(const std::vector<Merge>& merges) {
  DenseMatrix table(std::ssize(merges), 4);
  for (int64_t k = 0; k < table.rows; ++k) {
    const Merge& merge = merges[static_cast<size_t>(k)];
    table(k, 0) = static_cast<double>(merge.a);
    table(k, 1) = static_cast<double>(merge.b);
    table(k, 2) = merge.height;
    table(k, 3) = static_cast<double>(merge.size);
  }
  return table;
}

std::vector<std::pair<std::string, std::string>> resolve(Run& run, const Input& input,
                                                         const std::vector<std::string>& tokens) {
  std::vector<std::pair<std::string, std::string>> resolved;
  for (const std::string& token : tokens) {
    const std::string_view found = (*input.vocabulary())[require_token(input, token)];
    if (found == token) continue;
    resolved.emplace_back(token, found);
    run.note(token_in_quotes(token) + " was found as " + token_in_quotes(found) + ".");
  }
  return resolved;
}

}  // namespace

About Similarity::about() {
  return {.name = "similarity",
          .summary = "The cosines of chosen tokens among themselves",
          .keys = {{"tokens", "in the order of the matrix"},
                   {"rows", "their rows in E"},
                   {"resolved", "tokens as typed, and as what they were found"},
                   {"matrix", "of cosines; null beyond 3,000 tokens"},
                   {"eigenvalues", "of the matrix, largest first"},
                   {"eigenvectors", "with --vectors, as rows"},
                   {"order", "in which a dendrogram has them"}},
          .files = {{"linkage.npy", "average linkage, as scipy has it"},
                    {"eigenvectors.npy", "with --vectors"},
                    {"matrix.npy", "beyond 3,000 tokens"},
                    {"heatmap.svg", "up to 1,000 tokens"}},
          .examples = {{"similarity sample/run1.npy font fonts color", "a matrix of three"},
                       {"similarity sample/run1.npy --limit 100 -o out", "with a picture"}}};
}

void Similarity::describe(Description& d) {
  settings.describe(d);
  text.describe(d, "The distinct tokens of this text");
  rows.describe(d);
  d.input("E", matrix);
  d.place("TOKENS", &named, "Tokens, in the order wanted");
  d.option("--vectors", &vectors, "M", "Also the M leading eigenvectors").at_least(0);
}

Similarity::Answer Similarity::ask(Run& run) {
  if (named.empty() && !rows.tokens && !rows.limit && !rows.length && !text.file) {
    throw InvalidUsage("similarity: name tokens, give a --text, or choose rows by --limit or --length");
  }
  if (!named.empty()) {
    if (rows.tokens) named.insert(named.end(), rows.tokens->begin(), rows.tokens->end());
    rows.tokens = named;
  }
  Input& input = run.open(matrix, rows.vocab);
  choose_rows(run, input, rows, text);
  run.require_sweep_memory(input, std::ssize(input.rows), similarity_bytes(std::ssize(input.rows)));
  if (run.output()) {
    const int64_t n = std::ssize(input.rows);
    require_disk(*run.output(), 8 * n * (n > kListed ? n + vectors : vectors), "fewer tokens need less");
  }
  const auto space = run.make_space(input, rows);

  Asked analysis(Dense{});
  SweepAnalysis* const analyses[] = {&analysis};
  run.sweep(*space, analyses);
  if (vectors > space->size()) {
    throw InvalidUsage("--vectors " + std::to_string(vectors) + ": there are " + host::grouped(space->size()) +
                       " rows and as many eigenvectors");
  }
  Answer answer;
  answer.input = &input;
  answer.rows = space->matrix_rows();
  answer.matrix = similarity_matrix(analysis.found(), space->size());
  Eigen eigen = run.timed("eigenvalues", [&] { return run.backend().eigh(answer.matrix); });
  answer.eigenvectors = leading_vectors(eigen, vectors);
  answer.eigenvalues = std::move(eigen.values);
  answer.merges = run.timed("linkage", [&] { return average_linkage(answer.matrix); });
  // A typed word that was found as the beginning of a word: Ġcat for cat.
  answer.resolved = resolve(run, input, rows.tokens.value_or(std::vector<std::string>()));
  const int64_t n = answer.matrix.rows;
  if (n > kListed) run.note("The matrix is too large for result.json; -o DIR writes it as matrix.npy.");
  if (n > kPictured && run.output()) {
    run.note("No heatmap.svg: it is for up to " + host::grouped(kPictured) + " tokens.");
  }
  return answer;
}

std::vector<std::string> Similarity::Answer::names() const {
  std::vector<std::string> tokens;
  const Vocabulary* vocabulary = input->vocabulary();
  for (const int64_t row : rows) {
    const bool has_token = vocabulary != nullptr && vocabulary->named(row);
    tokens.push_back(has_token ? host::valid_utf8((*vocabulary)[row]) : "row " + std::to_string(row));
  }
  return tokens;
}

Json to_json(const Similarity::Answer& answer) {
  Json json;
  Json& tokens = json["tokens"] = Json::array();
  for (const int64_t row : answer.rows) tokens.push_back(token_json(answer.input->vocabulary(), row));
  json["rows"] = answer.rows;
  Json& resolved = json["resolved"] = Json::object();
  for (const auto& [typed, found] : answer.resolved) resolved[host::valid_utf8(typed)] = host::valid_utf8(found);
  json["matrix"] = answer.matrix.rows <= kListed ? to_json(answer.matrix) : Json();
  json["eigenvalues"] = answer.eigenvalues;
  if (answer.eigenvectors.rows > 0) json["eigenvectors"] = to_json(answer.eigenvectors);
  json["order"] = leaf_order(answer.merges);
  return json;
}

std::string table(const Similarity::Answer& answer) {
  // As many columns as fit a hundred characters.
  constexpr int64_t kName = 14;
  constexpr int64_t kRows = 40;
  const DenseMatrix& matrix = answer.matrix;
  const std::vector<std::string> names = answer.names();
  const int64_t n = matrix.rows;
  int64_t longest = 7;
  for (const std::string& name : names) longest = std::max(longest, std::min<int64_t>(kName, std::ssize(name)));
  const int64_t columns = std::min(n, (96 - longest) / (longest + 2));
  std::string text = describe(*answer.input) + "\n\n";
  Table cosines("<>");
  std::vector<std::string> head = {""};
  for (int64_t j = 0; j < columns; ++j) head.push_back(shortened(names[static_cast<size_t>(j)], kName));
  cosines.row(head);
  for (int64_t i = 0; i < std::min(n, kRows); ++i) {
    std::vector<std::string> cells = {shortened(names[static_cast<size_t>(i)], kName)};
    for (int64_t j = 0; j < columns; ++j) cells.push_back(host::fixed(matrix(i, j)));
    cosines.row(cells);
  }
  text += cosines.text();
  if (columns < n || kRows < n) {
    text += "  ... " + host::grouped(n) + " x " + host::grouped(n) + " in all; --json or -o gives the whole matrix\n";
  }
  text += "\n  eigenvalues";
  const std::vector<double>& eigenvalues = answer.eigenvalues;
  for (size_t k = 0; k < std::min<size_t>(eigenvalues.size(), 10); ++k) text += "  " + host::fixed(eigenvalues[k]);
  return text + (eigenvalues.size() > 10 ? "  ..." : "") + "\n";
}

void add_files(const Similarity::Answer& answer, Files& files) {
  if (answer.matrix.rows > kListed) {
    files.add("matrix.npy", [&](host::OutputFile& file) { host::write_npy(file, answer.matrix); });
  }
  files.add("linkage.npy", [&](host::OutputFile& file) { host::write_npy(file, linkage_matrix(answer.merges)); });
  if (answer.eigenvectors.rows > 0) {
    files.add("eigenvectors.npy", [&](host::OutputFile& file) { host::write_npy(file, answer.eigenvectors); });
  }
  if (answer.matrix.rows > kPictured) return;
  files.add("heatmap.svg", [&](host::OutputFile& file) {
    const std::string title = std::filesystem::path(answer.input->embedding.path).filename().string();
    file.write(host::heatmap_svg({answer.matrix, answer.names(), answer.merges, title}));
  });
}

}  // namespace gramian::questions
