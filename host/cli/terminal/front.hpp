#pragma once
// A run tells and asks a terminal through this.

#include <optional>
#include <string>

#include "host/cli/presentation.hpp"
#include "host/cli/terminal/progress.hpp"
#include "host/questions/run/front.hpp"

namespace gramian::cli {

class TerminalFront final : public questions::Front {
 public:
  explicit TerminalFront(const Presentation& presentation);
  Progress stage(const std::string& label, double amount, const std::string& unit) override;
  void end_of_stage() override { line_.erase(); }
  void forecast(const std::string& sentence) override;
  void warn(const std::string& sentence) override;
  bool agrees(const std::string& question) override;
  void log(const std::string& line) override;
  std::optional<host::TerminalColors> colors(const std::string& when) override;
  bool reads_table() override { return !presentation_.json && !presentation_.quiet; }
  bool cancelled() override;

 private:
  const Presentation& presentation_;
  ProgressLine line_;
};

}  // namespace gramian::cli
