#pragma once
// Completion scripts, made from the descriptions of all commands. They need nothing but the shell.

#include <memory>
#include <string>
#include <vector>

#include "host/cli/command.hpp"

namespace gramian::cli {

std::string bash_completions(const std::vector<std::unique_ptr<Command>>& commands);
std::string zsh_completions(const std::vector<std::unique_ptr<Command>>& commands);
std::string fish_completions(const std::vector<std::unique_ptr<Command>>& commands);

}  // namespace gramian::cli
