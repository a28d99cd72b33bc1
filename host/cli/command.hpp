#pragma once
// Commands that can be typed after "gramian": every question, and those that serve the shell.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/questions/description.hpp"
#include "host/questions/question.hpp"

namespace gramian::cli {

class Command {
 public:
  virtual ~Command() = default;
  virtual questions::About about() const = 0;
  /// Binds options to this command, which must outlive the description.
  virtual void describe(questions::Description& d) = 0;
  /// After its options have been set.
  virtual void run(const questions::Description& d) = 0;
};

/// In the order in which they are listed.
std::vector<std::unique_ptr<Command>> all_commands();

}  // namespace gramian::cli
