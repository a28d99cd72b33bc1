#include "python/core/nearest.hpp"

#include <nanobind/ndarray.h>

#include <memory>
#include <vector>

#include "engine/analyses/plan.hpp"
#include "engine/error.hpp"
#include "engine/space.hpp"
#include "host/device/device.hpp"
#include "python/core/task.hpp"

namespace gramian::python {
namespace {

namespace nb = nanobind;

struct Found {
  std::vector<int64_t> rows;
  std::vector<double> cosines;
};

template <class T>
nb::object array_of(std::vector<T> values) {
  auto held = std::make_unique<std::vector<T>>(std::move(values));
  T* const data = held->data();
  const size_t size = held->size();
  const nb::capsule owner(held.release(), [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T, nb::ndim<1>>(data, {size}, owner).cast();
}

Found find(const host::Embedding& a, const host::Embedding& b, int64_t k, int threads, const Progress& progress) {
  const auto backend = host::make_backend("cpu", threads > 0 ? threads : host::available_threads(), {}, {});
  Space from(*backend, a.matrix.view);
  Space among(*backend, b.matrix.view);
  if (k > among.size()) {
    throw InvalidUsage("k is " + std::to_string(k) + ", and there are " + std::to_string(among.size()) +
                       " rows to choose from");
  }
  gramian::Asked<Nearest> analysis(Nearest{.k = k});
  SweepAnalysis* const analyses[] = {&analysis};
  run_sweeps(from, among, Precision::single, analyses, 0, progress);
  Found found;
  for (const Neighbor& each : analysis.found().entries) {
    found.rows.push_back(each.row);
    found.cosines.push_back(each.cosine);
  }
  return found;
}

}  // namespace

nb::tuple nearest(const Opened& a, const Opened& b, int64_t k, int threads) {
  const auto found = std::make_shared<Found>();
  const auto watch = std::make_shared<Watch>();
  const auto work = [found, watch, k, threads, first = a.given().embedding, second = b.given().embedding] {
    PythonFront front(watch);
    *found = find(first, second, k, threads, front.stage("neighbors", 0.0, "pairs"));
  };
  perform(watch, work, nb::none());
  return nb::make_tuple(array_of(std::move(found->rows)), array_of(std::move(found->cosines)));
}

}  // namespace gramian::python
