#pragma once
// The backends that tests run on: the CPU with every instruction set that this machine has, and whatever else joins.
//
// To join: append to the list in backends.cpp what the machine has. When GRAMIAN_REQUIRE_CUDA=1 is in the environment,
// a list without a backend named "cuda..." makes Backends.RequiredOnesArePresent fail instead of passing with less.

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::testing {

struct BackendCase {
  std::string name;  // letters, digits and _: part of test names
  /// threads 0: the backend's own choice. The result may change the environment of this process, so only one kind of
  /// backend is alive at a time.
  std::function<std::unique_ptr<Backend>(int threads)> make;
  /// Backends of the same group, unless empty, promise each other the same bits.
  std::string bits;
  /// Edges of tiles to try, smallest first.
  std::vector<int64_t> edges;
  /// An emulation, for which a property is tried on fewer of several alike data.
  bool slow = false;
};
std::ostream& operator<<(std::ostream& out, const BackendCase& backend);

const std::vector<BackendCase>& backends();
/// The first of each kind of device, where a test does not depend on instruction sets.
const std::vector<BackendCase>& devices();

std::string name_of(Precision precision);

/// The group that promises the same bits of rows in this form: integers are the same whatever forms them.
std::string same_bits(const BackendCase& backend, const UnitRows& rows);

}  // namespace gramian::testing
