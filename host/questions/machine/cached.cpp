#include "host/questions/machine/cached.hpp"

#include "host/formats/files/message.hpp"
#include "host/formats/hub/hub_cache.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

std::string tied_in_words(const std::optional<bool>& tied) {
  if (!tied) return "no output matrix";
  return *tied ? "tied" : "not tied";
}

}  // namespace

About Cached::about() {
  return {.name = "list",
          .summary = "The matrices in the local Hugging Face cache",
          .keys = {{"matrices", "model, tensor, rows, dim, dtype, and whether input and output are tied"},
                   {"cache", "the directory that was looked into"}},
          .examples = {{"list", "what can be opened by name"}}};
}

void Cached::describe(Description& d) { settings.describe_threads_and_seed(d); }

Cached::Answer Cached::ask(Run& run) {
  const std::filesystem::path directory = host::hub_cache_directory();
  Answer answer{directory.string(), run.timed("load", [&] { return host::list_cached_matrices(directory); })};
  for (const std::string& sentence : answer.listing.passed_over) run.note(sentence);
  return answer;
}

Json to_json(const Cached::Answer& answer) {
  Json matrices = Json::array();
  for (const host::CachedMatrix& matrix : answer.listing.matrices) {
    matrices.push_back({{"model", host::valid_utf8(matrix.model)},
                        {"tensor", host::valid_utf8(matrix.tensor)},
                        {"rows", matrix.rows},
                        {"dim", matrix.dim},
                        {"dtype", host::valid_utf8(matrix.dtype)},
                        {"tied", matrix.tied ? Json(*matrix.tied) : Json(nullptr)}});
  }
  Json json;
  json["matrices"] = std::move(matrices);
  json["cache"] = host::valid_utf8(answer.directory);
  return json;
}

std::string table(const Cached::Answer& answer) {
  std::string text = "the Hugging Face cache " + host::printable(answer.directory, 4096) + "\n\n";
  if (answer.listing.matrices.empty()) return text + "  no matrices\n";
  Table rows("<<<<<");
  for (const host::CachedMatrix& matrix : answer.listing.matrices) {
    rows.row({shortened(matrix.model, 40), shortened(matrix.tensor, 28),
              host::grouped(matrix.rows) + " x " + host::grouped(matrix.dim), matrix.dtype,
              tied_in_words(matrix.tied)});
  }
  return text + rows.text();
}

}  // namespace gramian::questions
