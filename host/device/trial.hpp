#pragma once
// Whether a device finds what another does.

#include <string>
#include <vector>

#include "engine/backend.hpp"

namespace gramian::host {

/// Sweeps both devices over small rows whose cosines every precision holds exactly, with every kind of reduction, in a
/// triangle and in a rectangle of several tiles, and compares what they find bit by bit. What differs, in words; empty
/// where nothing does. Throws what the devices throw.
std::vector<std::string> differences(Backend& device, Backend& reference);

}  // namespace gramian::host
