#include "host/cli/program.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <system_error>

#include "engine/error.hpp"
#include "host/cli/command_line.hpp"
#include "host/cli/terminal/blas_core.hpp"
#include "host/cli/terminal/interrupt.hpp"
#include "host/cli/terminal/standard_streams.hpp"
#include "host/formats/files/input_watch.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::cli {
namespace {

enum ExitCode { kDone = 0, kInternal = 1, kUsage = 2, kData = 3, kMemory = 4, kDevice = 5, kInterrupted = 130 };

int fail(ExitCode code, const std::string& message) {
  constexpr size_t kLongest = 65536;
  std::fprintf(stderr, "gramian: %s\n", host::printable(message, kLongest).c_str());
  return code;
}

/// The one place where errors become messages and exit codes.
int exit_code_of(const std::function<int()>& work) {
  try {
    return work();
  } catch (const Interrupted&) {
    interrupt_answered();
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
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(kUsage, error.what());
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) {
      return fail(kInternal, std::string("internal error: ") + error.what());
    }
    return fail(kMemory,
                "the system grants no further thread (ulimit -u, pids.max of a container); --threads 1 needs none");
  } catch (const std::exception& error) {
    return fail(kInternal, std::string("internal error: ") + error.what());
  }
}

int run(int count, char** arguments) {
  const host::InputWatch watch;
  if (const std::function<void()> chosen = read_command_line(count, arguments)) chosen();
  return kDone;
}

}  // namespace

int run_program(int count, char** arguments) {
  open_standard_streams();
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
