#pragma once
// Everything that descriptions say, as one document.

#include <memory>
#include <string>
#include <vector>

#include "host/cli/command.hpp"

namespace gramian::cli {

/// For man(1).
std::string man_page(const std::vector<std::unique_ptr<Command>>& commands);
/// docs/reference.md
std::string reference_page(const std::vector<std::unique_ptr<Command>>& commands);

}  // namespace gramian::cli
