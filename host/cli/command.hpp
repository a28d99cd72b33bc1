#pragma once
// Commands: each adds itself to the command line and leaves what is to be run.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace gramian::cli {

/// Set by the command that was chosen; run after parsing.
using Action = std::function<void()>;

void add_inspect(CLI::App& app, Action& chosen);
void add_stats(CLI::App& app, Action& chosen);
void add_similarity(CLI::App& app, Action& chosen);
void add_neighbors(CLI::App& app, Action& chosen);
void add_graph(CLI::App& app, Action& chosen);
void add_spectrum(CLI::App& app, Action& chosen);
void add_rsa(CLI::App& app, Action& chosen);
void add_stability(CLI::App& app, Action& chosen);
void add_color(CLI::App& app, Action& chosen);
void add_unembed(CLI::App& app, Action& chosen);
void add_synth(CLI::App& app, Action& chosen);
void add_bench(CLI::App& app, Action& chosen);
void add_devices(CLI::App& app, Action& chosen);

/// The positional argument E, required.
inline CLI::Option* add_matrix(CLI::App& command, std::string& path, const std::string& name,
                               const std::string& text = "Matrix: PATH or PATH#tensor") {
  return command.add_option(name, path, text)->required()->type_name("");
}

}  // namespace gramian::cli
