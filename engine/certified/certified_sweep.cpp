#include "engine/certified/certified_sweep.hpp"

#include <cmath>
#include <utility>

#include "engine/certified/degrees.hpp"
#include "engine/certified/nearest.hpp"
#include "engine/cosines/canonical_cosine.hpp"

namespace gramian {
namespace {

/// A reduction as it is swept, to be certified afterwards.
Reduction widened(const Reduction& wanted, double bound) {
  if (const auto* nearest = std::get_if<Nearest>(&wanted)) return widened_nearest(*nearest);
  if (const auto* degrees = std::get_if<Degrees>(&wanted)) {
    return Degrees{.threshold = degrees->threshold, .of = degrees->of, .margin = bound};
  }
  return wanted;
}

}  // namespace

double certified_bound(const Space& space, const UnitRows& rows) {
  return rows.bound() + canonical_cosine_bound(space.unit().dim(space.dim()));
}

SweepState certified_sweep(Space& space, const UnitRows& rows, const SweepRequest& request, const Progress& progress,
                           Certified& certified) {
  certified.bound = certified_bound(space, rows);
  if (!std::isfinite(certified.bound)) return space.backend().sweep(rows, request, progress);
  SweepRequest swept;
  for (const Reduction& wanted : request) swept.push_back(widened(wanted, certified.bound));
  SweepState state = space.backend().sweep(rows, swept, progress);
  for (size_t place = 0; place < request.size(); ++place) {
    if (const auto* nearest = std::get_if<Nearest>(&request[place])) {
      auto& table = state.of<Nearest>(place);
      table = certified_nearest(space, rows, table, nearest->k, progress, certified);
    } else if (const auto* degrees = std::get_if<Degrees>(&request[place])) {
      certify_degrees(space, rows, degrees->threshold, state.of<Degrees>(place), progress, certified);
    }
  }
  return state;
}

}  // namespace gramian
