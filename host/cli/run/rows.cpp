#include "host/cli/run/rows.hpp"

#include <bit>
#include <vector>

#include "host/cli/run/table.hpp"
#include "host/report/files/npy_writer.hpp"

namespace gramian::cli {

std::string name_of(const Input& input, const Space& space, int64_t i) {
  const int64_t row = space.matrix_row(i);
  const Vocabulary* vocabulary = input.vocabulary();
  return vocabulary != nullptr && vocabulary->named(row) ? token_in_quotes((*vocabulary)[row])
                                                         : "row " + std::to_string(row);
}

Json matrix_rows_json(const Space& space, std::span<const int64_t> rows) {
  Json numbers = Json::array();
  for (const int64_t i : rows) numbers.push_back(space.matrix_row(i));
  return numbers;
}

void add_rows_file(Session& session, const Input& input, const Space& space) {
  if (space.size() == input.view().rows) return;
  session.add_file("rows.npy", [&space](host::OutputFile& file) {
    host::write_npy(file, std::span<const int64_t>(space.matrix_rows()));
  });
  session.note("Nodes and rows of arrays are the rows used; rows.npy holds their numbers in the matrix.");
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

}  // namespace gramian::cli
