#include <algorithm>
#include <limits>
#include <utility>

#include "engine/error.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian {
namespace {

/// Puts `wanted` into `all` where there is nothing yet that answers it; returns where it is answered.
template <class Kind, class Same, class Widen>
size_t place_in(SweepRequest& all, const Kind& wanted, Same same, Widen widen) {
  for (size_t place = 0; place < all.size(); ++place) {
    Kind* const other = std::get_if<Kind>(&all[place]);
    if (other == nullptr || !same(*other)) continue;
    widen(*other);
    return place;
  }
  all.push_back(wanted);
  return all.size() - 1;
}

template <class Kind>
size_t place_in(SweepRequest& all, const Kind& wanted) {
  return place_in(
      all, wanted, [&](const Kind& other) { return other == wanted; }, [](Kind&) {});
}

size_t place_in(SweepRequest& all, const Nearest& wanted) {
  return place_in(
      all, wanted, [&](const Nearest& other) { return other.of == wanted.of; },
      [&](Nearest& other) { other.k = std::max(other.k, wanted.k); });
}

size_t place_in(SweepRequest& all, const Probes& wanted) {
  return place_in(
      all, wanted, [](const Probes&) { return true; },
      [&](Probes& other) { other.pairs.insert(other.pairs.end(), wanted.pairs.begin(), wanted.pairs.end()); });
}

size_t place_in(SweepRequest& all, const RankCounts& wanted) {
  return place_in(
      all, wanted, [](const RankCounts&) { return true; },
      [&](const RankCounts& other) {
        if (!(other == wanted)) throw InvalidUsage("one sweep counts in the bins of one ranking");
      });
}

}  // namespace

NormalRequest::NormalRequest(const SweepRequest& original) : probes_(original.size()) {
  for (const Reduction& reduction : original) {
    places_.push_back(std::visit([&](const auto& wanted) { return place_in(request, wanted); }, reduction));
  }
  for (Reduction& reduction : request) {
    Probes* const probes = std::get_if<Probes>(&reduction);
    if (probes == nullptr) continue;
    std::ranges::sort(probes->pairs);
    probes->pairs.erase(std::unique(probes->pairs.begin(), probes->pairs.end()), probes->pairs.end());
    for (size_t k = 0; k < original.size(); ++k) {
      const Probes* const wanted = std::get_if<Probes>(&original[k]);
      if (wanted == nullptr) continue;
      for (const Pair& pair : wanted->pairs) {
        probes_[k].push_back(
            static_cast<size_t>(std::ranges::lower_bound(probes->pairs, pair) - probes->pairs.begin()));
      }
    }
  }
}

SweepState NormalRequest::answer(SweepState&& state, const SweepRequest& original) const {
  SweepState answer;
  answer.pairs = state.pairs;
  answer.found.resize(original.size());
  for (size_t k = 0; k < original.size(); ++k) {
    Found& found = state.found[places_[k]];
    if (std::holds_alternative<Probes>(original[k])) {
      Probes::Found some;
      for (const size_t pair : probes_[k]) some.cosines.push_back(std::get<Probes::Found>(found).cosines[pair]);
      answer.found[k] = std::move(some);
      continue;
    }
    const Nearest* const nearest = std::get_if<Nearest>(&original[k]);
    if (nearest != nullptr && nearest->k < std::get<NeighborTable>(found).k) {
      answer.found[k] = first_neighbors(std::get<NeighborTable>(found), nearest->k);
      continue;
    }
    const bool wanted_again =
        std::find(places_.begin() + static_cast<std::ptrdiff_t>(k) + 1, places_.end(), places_[k]) != places_.end();
    if (wanted_again) {
      answer.found[k] = found;
    } else {
      answer.found[k] = std::move(found);
    }
  }
  return answer;
}

}  // namespace gramian
