#include "host/questions/list.hpp"

#include "host/questions/comparison/rsa_of.hpp"
#include "host/questions/comparison/stability.hpp"
#include "host/questions/geometry/graph.hpp"
#include "host/questions/geometry/inspect.hpp"
#include "host/questions/geometry/neighbors.hpp"
#include "host/questions/geometry/similarity.hpp"
#include "host/questions/geometry/spectrum_of.hpp"
#include "host/questions/geometry/stats.hpp"
#include "host/questions/geometry/transform.hpp"
#include "host/questions/machine/bench.hpp"
#include "host/questions/machine/cached.hpp"
#include "host/questions/machine/devices.hpp"
#include "host/questions/machine/synth.hpp"
#include "host/questions/text/color.hpp"
#include "host/questions/text/unembed.hpp"

namespace gramian::questions {
namespace {

template <class... Questions>
std::vector<std::unique_ptr<AnyQuestion>> asked() {
  std::vector<std::unique_ptr<AnyQuestion>> list;
  (list.push_back(std::make_unique<QuestionOf<Questions>>()), ...);
  return list;
}

}  // namespace

std::vector<std::unique_ptr<AnyQuestion>> all_questions() {
  return asked<Inspect, Stats, Similarity, Neighbors, Graph, SpectrumOf, RsaOf, Stability, Color, Unembed, Transform,
               Synth, Bench, Devices, Cached>();
}

}  // namespace gramian::questions
