#include "host/questions/comparison/rdm.hpp"

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

Dissimilarities read(Run& run, const Input& input) {
  run.read_on_host(input);
  const MatrixView& view = input.view();
  run.memory().require(dissimilarity_bytes(view.rows == 1 ? items_of_pairs(view.cols) : view.rows));
  try {
    return read_dissimilarities(view);
  } catch (const InvalidInput& error) {
    throw InvalidInput(host::printable(input.embedding.path, 4096) + ": " + error.what());
  }
}

}  // namespace

SharedRdms::SharedRdms(Run& run, const std::string& first, const std::string& second, const Joining& joining,
                       const RowOptions& rows) {
  inputs_ = {&run.open_pairs(first, rows.vocab), &run.open_pairs(second, rows.vocab2)};
  run.timed("check", [&] {
    a_ = read(run, *inputs_[0]);
    b_ = read(run, *inputs_[1]);
  });
  run.check();
  const host::JoinSettings settings = joining.settings(rows);
  const Vocabulary* const names_a = inputs_[0]->vocabulary();
  const Vocabulary* const names_b = inputs_[1]->vocabulary();
  by_number_ = settings.by == host::JoinBy::rows || names_a == nullptr || names_b == nullptr;
  if (by_number_) {
    if (names_a == nullptr && names_b == nullptr && (settings.length || settings.alpha || settings.tokens)) {
      throw InvalidUsage("--length, --alpha and --tokens need a vocabulary; give --vocab PATH");
    }
    joined_ = host::join_rows(a_.items, b_.items, names_a, names_b, settings);
  } else {
    joined_ = join_inputs(*inputs_[0], *inputs_[1], settings);
  }
  if (by_number_ && settings.by != host::JoinBy::rows) {
    run.note("Items are paired by their numbers, since not both files name theirs.");
  }
  if (joined_.items.size() < 3) {
    throw InvalidInput("two matrices of dissimilarities are compared over at least 3 shared items; there are " +
                       std::to_string(joined_.items.size()));
  }
  std::vector<int64_t> rows_a;
  std::vector<int64_t> rows_b;
  for (const host::JoinedItem& item : joined_.items) {
    rows_a.push_back(item.first);
    rows_b.push_back(item.second);
  }
  a_ = select(a_, rows_a);
  b_ = select(b_, rows_b);
}

Json SharedRdms::json() const {
  Json json;
  json["shared"] = size();
  json["shared_before_filters"] = before_filters(joined_);
  json["pairs"] = a_.pairs.size();
  json["lost"] = lost_json(joined_, 0, 0);
  return json;
}

std::string SharedRdms::heading() const {
  std::string text;
  for (const Input* input : inputs_) text += describe(*input) + "\n";
  return text + host::grouped(size()) + (by_number_ ? " items paired by number, " : " shared items, ") +
         host::grouped(std::ssize(a_.pairs)) + " pairs\n\n";
}

void SharedRdms::add_file(Files& files) const {
  files.add("joined.tsv", [this](host::OutputFile& file) { file.write(host::join_as_tsv(joined_.items)); });
}

}  // namespace gramian::questions
