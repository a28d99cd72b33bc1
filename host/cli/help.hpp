#pragma once
// --help: a screen of what a description says.

#include <memory>
#include <string>
#include <vector>

#include "host/cli/command.hpp"

namespace gramian::cli {

std::string help_of(const questions::About& about, const questions::Description& description);
std::string help_of_all(const std::vector<std::unique_ptr<Command>>& commands);

/// "gramian neighbors E [options]"
std::string synopsis(const questions::About& about, const questions::Description& description);
/// "-o, --output DIR"
std::string spelled(const questions::Option& option);
/// The help of an option: what it does, which values it takes and which it has when it is not given.
std::string explained(const questions::Option& option);

}  // namespace gramian::cli
