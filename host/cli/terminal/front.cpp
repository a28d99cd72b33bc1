#include "host/cli/terminal/front.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "host/cli/terminal/interrupt.hpp"

namespace gramian::cli {
namespace {

ProgressMode mode_of(const Presentation& presentation) {
  if (presentation.quiet || presentation.progress == "never") return ProgressMode::never;
  return presentation.progress == "always" ? ProgressMode::always : ProgressMode::automatic;
}

void say(const std::string& line) { std::fprintf(stderr, "gramian: %s\n", line.c_str()); }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

TerminalFront::TerminalFront(const Presentation& presentation)
    : presentation_(presentation), line_(mode_of(presentation)) {}

Progress TerminalFront::stage(const std::string& label, double amount, const std::string& unit) {
  return line_.stage(label, amount, unit);
}

void TerminalFront::forecast(const std::string& sentence) {
  if (!presentation_.quiet) say(sentence);
}

void TerminalFront::warn(const std::string& sentence) { say(sentence); }

bool TerminalFront::agrees(const std::string& question) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return true;
  std::fprintf(stderr, "%s [y/N] ", question.c_str());
  std::string answer;
  std::getline(std::cin, answer);
  return answer.starts_with('y') || answer.starts_with('Y');
}

void TerminalFront::log(const std::string& line) {
  if (presentation_.verbose) say(line);
}

std::optional<host::TerminalColors> TerminalFront::colors(const std::string& when) {
  if (when == "never") return std::nullopt;
  const std::string depth = variable("COLORTERM");
  const auto colors =
      depth == "truecolor" || depth == "24bit" ? host::TerminalColors::truecolor : host::TerminalColors::palette_256;
  if (when == "always") return colors;
  const bool plain = ::isatty(STDOUT_FILENO) != 1 || !variable("NO_COLOR").empty() || variable("TERM") == "dumb";
  return plain ? std::nullopt : std::optional(colors);
}

bool TerminalFront::cancelled() { return interrupt_requested(); }

}  // namespace gramian::cli
