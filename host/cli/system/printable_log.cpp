#include "host/cli/system/printable_log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "host/formats/files/message.hpp"

namespace gramian::cli {
namespace {

class PrintableLines final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    constexpr size_t kLongest = 65536;
    const std::string_view text(message.payload.data(), message.payload.size());
    const std::string line = "gramian: " + host::printable(text, kLongest) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  void flush_() override { std::fflush(stderr); }
};

}  // namespace

void log_to_stderr() {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("gramian", std::make_shared<PrintableLines>()));
  spdlog::set_level(spdlog::level::warn);
}

}  // namespace gramian::cli
