#pragma once
// A run tells and asks whoever started it through this: a terminal, a notebook, or nobody.

#include <optional>
#include <string>

#include "engine/progress.hpp"
#include "host/report/painted/painted_text.hpp"

namespace gramian::questions {

/// As it stands, this is nobody: nothing is shown, everything is agreed to, nothing is cancelled.
class Front {
 public:
  virtual ~Front() = default;
  /// For a stage in which `amount` of `unit` ("pairs", "rows") is to be done.
  virtual Progress stage(const std::string& /*label*/, double /*amount*/, const std::string& /*unit*/) {
    return {.report = {}, .cancelled = [this] { return cancelled(); }};
  }
  virtual void end_of_stage() {}
  /// Announces what is about to be found or written, before a long wait.
  virtual void forecast(const std::string& /*sentence*/) {}
  /// Warns of what was asked for and is not to be had, though the run goes on.
  virtual void warn(const std::string& /*sentence*/) {}
  /// Whether what `question` describes shall be done.
  virtual bool agrees(const std::string& /*question*/) { return true; }
  /// One line for who wants to know what is being done.
  virtual void log(const std::string& /*line*/) {}
  /// How a text may be painted for --ansi `when`; nothing where it is shown without colours.
  virtual std::optional<host::TerminalColors> colors(const std::string& /*when*/) { return std::nullopt; }
  /// Whether files of an answer are wanted though they go to no folder.
  virtual bool keeps_files() { return false; }
  /// Whether anybody reads the table of an answer.
  virtual bool reads_table() { return true; }
  virtual bool cancelled() { return false; }
};

}  // namespace gramian::questions
