#include "host/gramian.hpp"

#include <algorithm>

#include "host/formats/files/message.hpp"

namespace gramian {
namespace {

const Vocabulary& vocabulary_of(const host::Embedding& file) {
  if (!file.vocabulary) throw InvalidUsage(file.path + " names no tokens; give a vocabulary");
  return *file.vocabulary;
}

}  // namespace

std::shared_ptr<Backend> device(const std::string& name, int threads) {
  return host::make_backend(name, threads, {}, {});
}

Embeddings::Embeddings(std::string_view input, std::shared_ptr<Backend> on, OpenOptions options)
    : backend_(std::move(on)),
      file_(
          std::make_unique<host::Embedding>(host::open_embedding(input, options.vocabulary, backend_->info().threads))),
      space_(std::make_unique<Space>(*backend_, file_->matrix.view, std::move(options.space))) {}

int64_t Embeddings::row(std::string_view token) const {
  const std::optional<int64_t> found = vocabulary_of(*file_).find(token);
  if (!found) throw InvalidUsage("no token " + host::in_quotes(token) + " in " + file_->path);
  const auto at = std::ranges::find(space_->matrix_rows(), *found);
  if (at == space_->matrix_rows().end()) {
    throw InvalidUsage("the token " + host::in_quotes(token) + " is not among the rows taken of " + file_->path);
  }
  return at - space_->matrix_rows().begin();
}

std::string Embeddings::token(int64_t i) const {
  const int64_t row = space_->matrix_row(i);
  if (!file_->vocabulary || !file_->vocabulary->named(row)) return "row " + std::to_string(row);
  return std::string((*file_->vocabulary)[row]);
}

std::pair<std::vector<int64_t>, std::vector<int64_t>> shared_rows(const host::Embedding& a, const host::Embedding& b,
                                                                  const host::JoinSettings& settings) {
  std::pair<std::vector<int64_t>, std::vector<int64_t>> rows;
  for (const host::JoinedItem& item : host::join_vocabularies(vocabulary_of(a), vocabulary_of(b), settings).items) {
    rows.first.push_back(item.first);
    rows.second.push_back(item.second);
  }
  return rows;
}

}  // namespace gramian
