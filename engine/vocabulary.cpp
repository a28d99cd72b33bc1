#include "engine/vocabulary.hpp"

#include <algorithm>

namespace gramian {

void Vocabulary::reserve(int64_t tokens, int64_t bytes) {
  offsets_.reserve(static_cast<size_t>(tokens + 1));
  bytes_.reserve(static_cast<size_t>(bytes));
}

void Vocabulary::push_back(std::string_view token) {
  bytes_.append(token);
  offsets_.push_back(std::ssize(bytes_));
  index_.clear();
}

void Vocabulary::push_back_unnamed() {
  unnamed_.push_back(size());
  push_back({});
}

std::string_view Vocabulary::operator[](int64_t row) const {
  const auto begin = static_cast<size_t>(offsets_[static_cast<size_t>(row)]);
  const auto end = static_cast<size_t>(offsets_[static_cast<size_t>(row + 1)]);
  return std::string_view(bytes_).substr(begin, end - begin);
}

bool Vocabulary::named(int64_t row) const { return !std::ranges::binary_search(unnamed_, row); }

std::optional<int64_t> Vocabulary::find(std::string_view token) const {
  if (index_.empty() && size() > 0) {
    index_.reserve(static_cast<size_t>(size()));
    for (int64_t row = 0; row < size(); ++row) {
      if (named(row)) index_.try_emplace(std::string((*this)[row]), row);
    }
  }
  const auto it = index_.find(token);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

}  // namespace gramian
