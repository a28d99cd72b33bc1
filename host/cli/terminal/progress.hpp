#pragma once
// One line on stderr that says how far a long stage has come.

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/progress.hpp"
#include "engine/sweep/sweep.hpp"

namespace gramian::cli {

enum class ProgressMode : uint8_t { automatic, always, never };  // automatic: where stderr is a terminal

/// Shown from half a second into a stage on, redrawn ten times a second at most, erased at the end.
class ProgressLine {
 public:
  explicit ProgressLine(ProgressMode mode);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { erase(); }

  /// For a stage in which `amount` of `unit` ("pairs", "FLOP", "rows") is to be done. Also asks for Ctrl-C. The line
  /// must outlive what this returns.
  Progress stage(std::string label, double amount, std::string unit);
  void report(int64_t done, int64_t total);
  void erase();

 private:
  using Clock = std::chrono::steady_clock;

  bool enabled_;
  bool drawn_ = false;
  std::string label_;
  std::string unit_;
  double amount_ = 0.0;
  int64_t last_done_ = 0;
  Clock::time_point start_;
  Clock::time_point last_drawn_;
};

}  // namespace gramian::cli
