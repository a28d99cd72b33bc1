#include "host/questions/rows/row_choice.hpp"

#include <bit>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/rows/asked_tokens.hpp"
#include "host/questions/rows/row_filter.hpp"
#include "host/questions/rows/text_input.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "host/text/unicode.hpp"

namespace gramian::questions {
namespace {

/// Those of `rows` that the choices by token, limit and sample leave.
void finish(Run& run, Input& input, RowOptions& options, std::vector<int64_t> rows) {
  if (options.by_token()) {
    const Vocabulary& vocabulary = require_vocabulary(input, "a choice by token");
    const RowFilter filter(options);
    const int64_t before = std::ssize(rows);
    std::erase_if(rows, [&](int64_t row) { return !filter.keeps(vocabulary[row]); });
    const int64_t left_out = before - std::ssize(rows);
    run.note(host::grouped(left_out) + (left_out == 1 ? " row is" : " rows are") + " left out by what its token is.");
  }
  if (options.limit && std::ssize(rows) > *options.limit) rows.resize(static_cast<size_t>(*options.limit));
  if (options.sample && std::ssize(rows) > *options.sample) {
    std::vector<int64_t> sampled;
    for (const int64_t k : random_sample(std::ssize(rows), *options.sample, run.seed())) {
      sampled.push_back(rows[static_cast<size_t>(k)]);
    }
    rows = std::move(sampled);
  }
  if (rows.empty()) {
    throw InvalidInput(host::printable(input.embedding.path, 4096) + ": no row is left by the choice of rows");
  }
  if (input.unnamed > 0) {
    run.note(host::grouped(input.unnamed) + " rows without a token (padding) are left out.");
  }
  input.rows = std::move(rows);
  options.preprocessing.center = options.preprocessing.centers();
}

}  // namespace

void choose_rows(Run& run, Input& input, RowOptions& options) {
  options.take_named();
  const Vocabulary* vocabulary = input.vocabulary();
  std::vector<int64_t> rows;
  if (options.tokens) {
    options.tokens = known_tokens(run, input, *options.tokens, options.skip_unknown);
    for (const std::string& token : *options.tokens) rows.push_back(require_token(input, token));
    note_repeated_tokens(run, input, *options.tokens);
  } else {
    for (int64_t row = 0; row < input.view().rows; ++row) {
      if (vocabulary != nullptr && !vocabulary->named(row)) {
        ++input.unnamed;
      } else {
        rows.push_back(row);
      }
    }
  }
  finish(run, input, options, std::move(rows));
}

void choose_rows(Run& run, Input& input, RowOptions& options, const TextOptions& wanted) {
  if (!wanted.file) return choose_rows(run, input, options);
  if (options.tokens || !options.named.empty())
    throw InvalidUsage("--text and tokens: one of them chooses the rows, not both");
  const TextInput text = read_text(run, input, wanted);
  std::vector<int64_t> rows = text.distinct_rows();
  run.note(host::grouped(std::ssize(rows)) + " distinct tokens of " + host::printable(text.path, 200) +
           "; tokens: " + text.tokenized_by + ".");
  if (text.out_of_vocabulary > 0) {
    run.note(host::grouped(text.out_of_vocabulary) + " of its " + host::grouped(std::ssize(text.tokens)) +
             " tokens are out of vocabulary.");
  }
  finish(run, input, options, std::move(rows));
}

std::string name_of(const Input& input, const Space& space, int64_t i) { return name_of(input, space.matrix_row(i)); }

Json token_json(const Vocabulary* vocabulary, int64_t row) {
  if (vocabulary == nullptr || !vocabulary->named(row)) return nullptr;
  return host::valid_utf8((*vocabulary)[row]);
}

std::vector<int64_t> matrix_rows_of(const Space& space, std::span<const int64_t> rows) {
  std::vector<int64_t> numbers;
  for (const int64_t i : rows) numbers.push_back(space.matrix_row(i));
  return numbers;
}

void note_rows_file(Run& run, const Input& input, const Space& space) {
  if (space.size() == input.view().rows) return;
  run.note("Nodes and rows of arrays are the rows used; rows.npy holds their numbers in the matrix.");
}

void add_rows_file(Files& files, const Input& input, const Space& space) {
  if (space.size() == input.view().rows) return;
  files.add("rows.npy",
            [&space](host::OutputFile& file) { host::write_npy(file, std::span<const int64_t>(space.matrix_rows())); });
}

Json doubling_bins(std::span<const int64_t> values) {
  std::vector<int64_t> counts;
  for (const int64_t value : values) {
    const auto bin = static_cast<size_t>(std::bit_width(static_cast<uint64_t>(value)));
    if (bin >= counts.size()) counts.resize(bin + 1);
    ++counts[bin];
  }
  Json bins = Json::array();
  for (size_t bin = 0; bin < counts.size(); ++bin) {
    const int64_t first = bin == 0 ? 0 : int64_t{1} << (bin - 1);
    bins.push_back(Json::array({first, bin == 0 ? 0 : 2 * first - 1, counts[bin]}));
  }
  return bins;
}

Json to_json(const DenseMatrix& matrix) {
  Json rows = Json::array();
  for (int64_t i = 0; i < matrix.rows; ++i) {
    Json row = Json::array();
    for (int64_t j = 0; j < matrix.cols; ++j) row.push_back(matrix(i, j));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace gramian::questions
