#include "engine/sweep/sweep.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "engine/error.hpp"

namespace gramian {

SweepShape shape_of(const TileGrid& grid, CosineType type) {
  return {grid.rows(), grid.columns(), grid.is_triangle(), type};
}

SweepState nothing(const SweepRequest& request, const SweepShape& shape) {
  SweepState state;
  state.found.reserve(request.size());
  for (const Reduction& reduction : request) {
    state.found.push_back(std::visit([&](const auto& wanted) { return Found(wanted.nothing(shape)); }, reduction));
  }
  return state;
}

namespace {

template <class... Kind>
void merge(Found& into, Found&& part, const std::variant<Kind...>*) {
  const auto merge_if = [&]<class K>(const K*) {
    auto* const mine = std::get_if<typename K::Found>(&into);
    if (mine != nullptr) K::merge(*mine, std::move(std::get<typename K::Found>(part)));
  };
  (merge_if(static_cast<const Kind*>(nullptr)), ...);
}

}  // namespace

void merge(SweepState& into, SweepState&& part) {
  if (part.found.empty() && part.pairs == 0) return;
  if (into.found.empty() && into.pairs == 0) {
    into = std::move(part);
    return;
  }
  into.pairs += part.pairs;
  for (size_t place = 0; place < into.found.size(); ++place) {
    merge(into.found[place], std::move(part.found[place]), static_cast<const Reduction*>(nullptr));
  }
}

void canonicalize(SweepState& state) {
  for (Found& found : state.found) {
    if (auto* const bracket = std::get_if<Bracket::Found>(&found)) Bracket::canonicalize(*bracket);
  }
}

}  // namespace gramian
