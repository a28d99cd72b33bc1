#include "engine/analyses/neighborhoods/similarity.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "engine/analyses/neighborhoods/hierarchy.hpp"
#include "engine/error.hpp"

#include "host/cli/command.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/report/drawing/heatmap_svg.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

struct SimilarityOptions {
  CommonOptions common;
  std::string input;
  std::vector<std::string> tokens;
  int64_t vectors = 0;
};

/// Rows up to which there is a picture.
constexpr int64_t kPictured = 1000;
/// Rows up to which the matrix stands in result.json.
constexpr int64_t kListed = 3000;

std::string table_of(const Input& input, const std::vector<std::string>& names, const DenseMatrix& matrix,
                     const std::vector<double>& eigenvalues) {
  // As many columns as fit a hundred characters.
  constexpr int64_t kName = 14;
  constexpr int64_t kRows = 40;
  const int64_t n = matrix.rows;
  int64_t longest = 7;
  for (const std::string& name : names) longest = std::max(longest, std::min<int64_t>(kName, std::ssize(name)));
  const int64_t columns = std::min(n, (96 - longest) / (longest + 2));
  std::string text = Session::describe(input) + "\n\n";
  Table table("<>");
  std::vector<std::string> head = {""};
  for (int64_t j = 0; j < columns; ++j) head.push_back(shortened(names[static_cast<size_t>(j)], kName));
  table.row(head);
  for (int64_t i = 0; i < std::min(n, kRows); ++i) {
    std::vector<std::string> cells = {shortened(names[static_cast<size_t>(i)], kName)};
    for (int64_t j = 0; j < columns; ++j) cells.push_back(host::fixed(matrix(i, j)));
    table.row(cells);
  }
  text += table.text();
  if (columns < n || kRows < n) {
    text += "  ... " + host::grouped(n) + " x " + host::grouped(n) + " in all; --json or -o gives the whole matrix\n";
  }
  text += "\n  eigenvalues";
  for (size_t k = 0; k < std::min<size_t>(eigenvalues.size(), 10); ++k) text += "  " + host::fixed(eigenvalues[k]);
  return text + (eigenvalues.size() > 10 ? "  ..." : "") + "\n";
}

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

void add_files(Session& session, const SimilarityOptions& options, const DenseMatrix& matrix,
               const DenseMatrix& vectors, const std::vector<Merge>& merges, const std::vector<std::string>& names,
               const std::string& title) {
  session.add_file("linkage.npy", [&merges](host::OutputFile& file) { host::write_npy(file, linkage_matrix(merges)); });
  if (options.vectors > 0) {
    session.add_file("eigenvectors.npy", [&vectors](host::OutputFile& file) { host::write_npy(file, vectors); });
  }
  if (matrix.rows > kPictured) {
    if (options.common.output) {
      session.note("No heatmap.svg: it is for up to " + host::grouped(kPictured) + " tokens.");
    }
    return;
  }
  session.add_file("heatmap.svg", [&, title](host::OutputFile& file) {
    file.write(host::heatmap_svg({matrix, names, merges, title}));
  });
}

void run_similarity(const SimilarityOptions& options) {
  std::vector<std::string> tokens = options.tokens;
  if (options.common.tokens) {
    for (std::string& token : parse_tokens(*options.common.tokens)) tokens.push_back(std::move(token));
  }
  if (tokens.empty() && !options.common.limit && !options.common.length && !options.common.text.file) {
    throw InvalidUsage("similarity: name tokens, give a --text, or choose rows by --limit or --length");
  }
  Session session("similarity", options.common);
  Input& input = session.open(options.input, options.common.vocab);
  session.choose_rows(input, tokens.empty() ? std::nullopt : std::optional(tokens));
  const auto n = static_cast<double>(input.rows.size());
  session.require_memory(n * n * 40.0);
  const auto space = session.make_space(input);

  Asked analysis(Dense{});
  SweepAnalysis* const analyses[] = {&analysis};
  session.sweep(*space, analyses);
  const DenseMatrix matrix = similarity_matrix(analysis.found(), space->size());
  if (options.vectors > space->size()) {
    throw InvalidUsage("--vectors " + std::to_string(options.vectors) + ": there are " + host::grouped(space->size()) +
                       " rows and as many eigenvectors");
  }
  const Eigen eigen = session.timed("eigenvalues", [&] { return session.backend().eigh(matrix); });
  const std::vector<double>& eigenvalues = eigen.values;
  const DenseMatrix vectors = leading_vectors(eigen, options.vectors);
  const std::vector<Merge> merges = session.timed("linkage", [&] { return average_linkage(matrix); });

  Json& result = session.result();
  result["tokens"] = Json::array();
  result["rows"] = space->matrix_rows();
  std::vector<std::string> names;
  const Vocabulary* vocabulary = input.vocabulary();
  for (const int64_t row : space->matrix_rows()) {
    result["tokens"].push_back(token_json(vocabulary, row));
    const bool named = vocabulary != nullptr && vocabulary->named(row);
    names.push_back(named ? host::valid_utf8((*vocabulary)[row]) : "row " + std::to_string(row));
  }
  // A typed word that was found as the beginning of a word: Ġcat for cat.
  result["resolved"] = Json::object();
  for (const std::string& token : tokens) {
    const std::string_view found = (*vocabulary)[require_token(input, token)];
    if (found == token) continue;
    result["resolved"][host::valid_utf8(token)] = host::valid_utf8(found);
    session.note(token_in_quotes(token) + " was found as " + token_in_quotes(found) + ".");
  }
  result["matrix"] = matrix.rows <= kListed ? to_json(matrix) : Json(nullptr);
  if (matrix.rows > kListed) {
    session.note("The matrix is too large for result.json; -o DIR writes it as matrix.npy.");
    session.add_file("matrix.npy", [&matrix](host::OutputFile& file) { host::write_npy(file, matrix); });
  }
  result["eigenvalues"] = eigenvalues;
  if (options.vectors > 0) result["eigenvectors"] = to_json(vectors);
  result["order"] = leaf_order(merges);
  session.settings()["vectors"] = options.vectors;
  add_files(session, options, matrix, vectors, merges, names,
            std::filesystem::path(input.embedding.path).filename().string());
  session.finish(table_of(input, names, matrix, eigenvalues));
}

}  // namespace

void add_similarity(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SimilarityOptions>();
  CLI::App* command = app.add_subcommand("similarity", "The cosines of chosen tokens among themselves");
  add_matrix(*command, options->input, "E");
  command->add_option("TOKENS", options->tokens, "Tokens, in the order wanted")->type_name("");
  command->add_option("--vectors", options->vectors, "Also the M leading eigenvectors")
      ->type_name("M")
      ->check(at_least(0));
  add_text_options(*command, options->common.text, "The distinct tokens of this text");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_similarity(*options); }; });
}

}  // namespace gramian::cli
