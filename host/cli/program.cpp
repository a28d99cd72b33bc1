#include "host/cli/program.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/blas_core.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/session.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::cli {
namespace {

enum ExitCode { kDone = 0, kInternal = 1, kUsage = 2, kData = 3, kMemory = 4, kDevice = 5, kInterrupted = 130 };

int fail(ExitCode code, const std::string& message) {
  std::fprintf(stderr, "gramian: %s\n", message.c_str());
  return code;
}

/// The one place where errors become messages and exit codes.
int exit_code_of(const std::function<int()>& work) {
  try {
    return work();
  } catch (const Interrupted&) {
    return fail(kInterrupted, "interrupted");
  } catch (const InvalidSetting& error) {
    std::string option = "--" + error.setting();
    std::ranges::replace(option, '_', '-');
    return fail(kUsage, option + " " + error.problem());
  } catch (const InvalidUsage& error) {
    return fail(kUsage, error.what());
  } catch (const InvalidInput& error) {
    return fail(kData, error.what());
  } catch (const OutOfMemory& error) {
    return fail(kMemory, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kMemory, "out of memory; --limit takes fewer rows");
  } catch (const DeviceUnavailable& error) {
    return fail(kDevice, error.what());
  } catch (const std::exception& error) {
    return fail(kInternal, std::string("internal error: ") + error.what());
  }
}

// CLI11 takes an argument "[a,b]" for a list, but [CLS] is a token; and it knows "--" only where something is still
// required. A guard in front keeps such arguments what they are until they are stored.
constexpr char kGuard = '\x01';

void remove_guards(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    option->transform([](const std::string& value) { return value.starts_with(kGuard) ? value.substr(1) : value; }, "");
  }
}

int run(int count, char** arguments) {
  CLI::App app("Exact geometry of whole embedding vocabularies.", "gramian");
  app.set_version_flag("--version", "gramian " GRAMIAN_VERSION);
  app.require_subcommand(1);
  app.footer("gramian COMMAND --help lists a command's options.");
  Action chosen;
  add_inspect(app, chosen);
  add_stats(app, chosen);
  add_similarity(app, chosen);
  add_neighbors(app, chosen);
  add_graph(app, chosen);
  add_spectrum(app, chosen);
  add_rsa(app, chosen);
  add_stability(app, chosen);
  add_color(app, chosen);
  add_unembed(app, chosen);
  add_synth(app, chosen);
  add_bench(app, chosen);
  add_devices(app, chosen);
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) remove_guards(*command);

  std::vector<std::string> reversed;
  bool literal = false;
  for (int k = 1; k < count; ++k) {
    const std::string argument = arguments[k];
    if (!literal && argument == "--") {
      literal = true;
    } else {
      reversed.push_back(literal || argument.starts_with('[') ? kGuard + argument : argument);
    }
  }
  std::ranges::reverse(reversed);  // CLI11 takes them from the back
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    const auto used = app.get_subcommands();
    std::string message = error.what();
    std::string help = "gramian";
    if (!used.empty()) {
      help.append(" ").append(used.front()->get_name());
      // What is not understood comes first: it may be why something seems to be missing.
      for (const std::string& left : used.front()->remaining()) {
        if (left.size() > 1 && left.starts_with('-')) message = "unknown option " + left;
      }
    }
    std::ranges::replace(message, '\n', ' ');
    throw InvalidUsage(host::printable(message, 4096) + " (" + help + " --help lists what there is)");
  }
  chosen();
  return kDone;
}

}  // namespace

int run_program(int count, char** arguments) {
  restart_with_right_blas_core(arguments);
  install_signal_handlers();
  return exit_code_of([&] {
    spdlog::set_default_logger(
        std::make_shared<spdlog::logger>("gramian", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
    spdlog::set_pattern("gramian: %v");
    spdlog::set_level(spdlog::level::warn);
    return run(count, arguments);
  });
}

}  // namespace gramian::cli
