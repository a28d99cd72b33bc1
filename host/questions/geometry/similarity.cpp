#include "host/questions/geometry/similarity.hpp"

#include <algorithm>
#include <span>

#include "engine/analyses/neighborhoods/similarity.hpp"
#include "engine/error.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/disk.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/drawing/heatmap_svg.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

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

Json clusters_json(const Similarity::Answer& answer) {
  Json members = Json::array();
  for (const std::vector<int64_t>& cluster : answer.clusters()) {
    Json tokens = Json::array();
    for (const int64_t i : cluster) {
      tokens.push_back(token_json(answer.input->vocabulary(), answer.rows[static_cast<size_t>(i)]));
    }
    members.push_back(std::move(tokens));
  }
  return {{"of", answer.cluster_of}, {"members", std::move(members)}};
}

std::string clusters_in_words(const Similarity::Answer& answer, const std::vector<std::string>& names) {
  if (answer.cluster_of.empty()) return "";
  constexpr size_t kNamed = 6;
  constexpr size_t kClusters = 40;
  const std::vector<std::vector<int64_t>> clusters = answer.clusters();
  Table rows("<><");
  rows.row({"cluster", "tokens", "the most typical"});
  for (size_t k = 0; k < std::min(kClusters, clusters.size()); ++k) {
    std::string typical;
    for (size_t i = 0; i < std::min(kNamed, clusters[k].size()); ++i) {
      typical += (i > 0 ? ", " : "") + shortened(names[static_cast<size_t>(clusters[k][i])], 14);
    }
    rows.row({std::to_string(k), host::grouped(std::ssize(clusters[k])),
              typical + (clusters[k].size() > kNamed ? ", ..." : "")});
  }
  return "\n" + rows.text() + (clusters.size() > kClusters ? "  ...\n" : "");
}

std::string clusters_tsv(const Similarity::Answer& answer) {
  std::string text = "row\ttoken\tcluster\n";
  const Vocabulary* vocabulary = answer.input->vocabulary();
  for (size_t i = 0; i < answer.rows.size(); ++i) {
    const int64_t row = answer.rows[i];
    const bool named = vocabulary != nullptr && vocabulary->named(row);
    text += std::to_string(row) + '\t' + host::tsv_text(named ? (*vocabulary)[row] : std::string_view()) + '\t' +
            std::to_string(answer.cluster_of[i]) + '\n';
  }
  return text;
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
                   {"order", "in which a dendrogram has them"},
                   {"clusters",
                    "with --clusters: the cluster of every token, and each one's members, the most typical first"}},
          .files = {{"linkage.npy", "average linkage, as scipy has it"},
                    {"clusters.tsv", "with --clusters: row, token, cluster"},
                    {"eigenvectors.npy", "with --vectors"},
                    {"matrix.npy", "beyond 3,000 tokens"},
                    {"heatmap.svg", "up to 1,000 tokens"}},
          .examples = {{"similarity sample/run1.npy font fonts color", "a matrix of three"},
                       {"similarity sample/run1.npy --limit 100 --clusters 8", "clusters and who is in them"},
                       {"similarity sample/run1.npy --limit 100 -o out", "with a picture"}}};
}

void Similarity::describe(Description& d) {
  settings.describe(d);
  text.describe(d, "The distinct tokens of this text");
  rows.describe(d);
  d.input("E", matrix);
  rows.place_tokens(d, "Tokens, in the order wanted");
  d.option("--vectors", &vectors, "M", "Also the M leading eigenvectors").at_least(0);
  pictures.describe_of_matrices(d);
  d.option("--clusters", &clusters, "K", "Cut the tree of average linkage into K clusters").at_least(1);
}

Similarity::Answer Similarity::ask(Run& run) {
  pictures.check();
  if (!rows.chosen() && !text.file) {
    throw InvalidUsage("similarity: name tokens, give a --text, or choose rows, e.g. by --limit or --sample");
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
  if (clusters && *clusters > space->size()) {
    throw InvalidUsage("--clusters " + std::to_string(*clusters) + ": there are only " + host::grouped(space->size()) +
                       " rows");
  }
  Answer answer;
  answer.input = &input;
  answer.pictures = pictures;
  answer.rows = space->matrix_rows();
  answer.matrix = similarity_matrix(analysis.found(), space->size());
  Eigen eigen = run.timed("eigenvalues", [&] { return run.backend().eigh(answer.matrix); });
  answer.eigenvectors = leading_vectors(eigen, vectors);
  answer.eigenvalues = std::move(eigen.values);
  answer.merges = run.timed("linkage", [&] { return average_linkage(answer.matrix); });
  if (clusters) answer.cluster_of = cut_tree(answer.merges, *clusters);
  // A typed word that was found as the beginning of a word: Ġcat for cat.
  answer.resolved = resolve(run, input, rows.tokens.value_or(std::vector<std::string>()));
  const int64_t n = answer.matrix.rows;
  if (n > kListed) {
    run.note(run.keeps_files() ? "The matrix is too large for result.json; it is in matrix.npy."
                               : "The matrix is too large for result.json; with files it is written as matrix.npy.");
  }
  if (n > kPictured && run.keeps_files() && !pictures.none()) {
    run.note("heatmap.svg is not written: it is for up to " + host::grouped(kPictured) + " tokens.");
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

std::vector<std::vector<int64_t>> Similarity::Answer::clusters() const {
  std::vector<std::vector<int64_t>> members;
  for (size_t i = 0; i < cluster_of.size(); ++i) {
    const auto own = static_cast<size_t>(cluster_of[i]);
    if (own >= members.size()) members.resize(own + 1);
    members[own].push_back(static_cast<int64_t>(i));
  }
  for (std::vector<int64_t>& cluster : members) {
    const auto closeness = [&, all = cluster](int64_t i) {
      double sum = 0.0;
      for (const int64_t j : all) sum += matrix(i, j);
      return sum;
    };
    std::vector<std::pair<double, int64_t>> order;
    for (const int64_t i : cluster) order.emplace_back(-closeness(i), i);
    std::ranges::sort(order);
    std::ranges::transform(order, cluster.begin(), &std::pair<double, int64_t>::second);
  }
  return members;
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
  if (!answer.cluster_of.empty()) json["clusters"] = clusters_json(answer);
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
  return text + (eigenvalues.size() > 10 ? "  ..." : "") + "\n" + clusters_in_words(answer, names);
}

void add_files(const Similarity::Answer& answer, Files& files) {
  if (answer.matrix.rows > kListed) {
    files.add("matrix.npy", [&](host::OutputFile& file) { host::write_npy(file, answer.matrix); });
  }
  if (!answer.cluster_of.empty()) {
    files.add("clusters.tsv", [&](host::OutputFile& file) { file.write(clusters_tsv(answer)); });
  }
  files.add("linkage.npy", [&](host::OutputFile& file) { host::write_npy(file, linkage_matrix(answer.merges)); });
  if (answer.eigenvectors.rows > 0) {
    files.add("eigenvectors.npy", [&](host::OutputFile& file) { host::write_npy(file, answer.eigenvectors); });
  }
  if (answer.matrix.rows > kPictured) return;
  answer.pictures.add(files, "heatmap", [&](const host::Theme& theme) {
    const std::vector<std::string> names = answer.names();
    const auto tree = answer.pictures.by_tree() ? std::span<const Merge>(answer.merges) : std::span<const Merge>();
    return host::heatmap_svg({answer.matrix, names, tree, answer.pictures.title_or(picture_title(*answer.input)), theme,
                              answer.pictures.scale()});
  });
}

}  // namespace gramian::questions
