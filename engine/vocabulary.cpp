#include "engine/vocabulary.hpp"

#include <algorithm>

namespace gramian {

Vocabulary::Tokens& Vocabulary::own() {
  if (tokens_.use_count() > 1 || tokens_->indexed) tokens_ = std::make_shared<Tokens>(*tokens_);
  return *tokens_;
}

void Vocabulary::reserve(int64_t tokens, int64_t bytes) {
  Tokens& mine = own();
  mine.offsets.reserve(static_cast<size_t>(tokens + 1));
  mine.bytes.reserve(static_cast<size_t>(bytes));
}

void Vocabulary::push_back(std::string_view token) {
  Tokens& mine = own();
  mine.bytes.append(token);
  mine.offsets.push_back(std::ssize(mine.bytes));
}

void Vocabulary::push_back_unnamed() {
  own().unnamed.push_back(size());
  push_back({});
}

std::string_view Vocabulary::operator[](int64_t row) const {
  const auto begin = static_cast<size_t>(tokens_->offsets[static_cast<size_t>(row)]);
  const auto end = static_cast<size_t>(tokens_->offsets[static_cast<size_t>(row + 1)]);
  return std::string_view(tokens_->bytes).substr(begin, end - begin);
}

bool Vocabulary::named(int64_t row) const { return !std::ranges::binary_search(tokens_->unnamed, row); }

std::optional<int64_t> Vocabulary::find(std::string_view token) const {
  std::call_once(tokens_->once, [this] {
    tokens_->index.reserve(static_cast<size_t>(size()));
    for (int64_t row = 0; row < size(); ++row) {
      if (named(row)) tokens_->index.try_emplace(std::string((*this)[row]), row);
    }
    tokens_->indexed = true;
  });
  const auto it = tokens_->index.find(token);
  if (it == tokens_->index.end()) return std::nullopt;
  return it->second;
}

}  // namespace gramian
