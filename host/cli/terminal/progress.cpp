#include "host/cli/terminal/progress.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

#include "host/cli/terminal/interrupt.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

double seconds(std::chrono::steady_clock::duration time) { return std::chrono::duration<double>(time).count(); }

/// 1.25 G
std::string with_prefix(double number) {
  constexpr std::array<const char*, 5> kPrefixes = {"", "k", "M", "G", "T"};
  size_t prefix = 0;
  while (number >= 1000 && prefix + 1 < kPrefixes.size()) {
    number /= 1000;
    ++prefix;
  }
  return host::significant(number, 3) + " " + kPrefixes[prefix];
}

}  // namespace

ProgressLine::ProgressLine(ProgressMode mode)
    : enabled_(mode == ProgressMode::always || (mode == ProgressMode::automatic && ::isatty(STDERR_FILENO) == 1)) {}

Progress ProgressLine::stage(std::string label, double amount, std::string unit) {
  label_ = std::move(label);
  unit_ = std::move(unit);
  amount_ = amount;
  last_done_ = 0;
  start_ = last_drawn_ = Clock::now();
  Progress progress;
  if (enabled_) progress.report = [this](int64_t done, int64_t total) { report(done, total); };
  progress.cancelled = interrupt_requested;
  return progress;
}

void ProgressLine::report(int64_t done, int64_t total) {
  if (!enabled_ || total <= 0) return;
  const auto now = Clock::now();
  if (done < last_done_) start_ = now;  // the next sweep of the same stage
  last_done_ = done;
  if (done >= total) return erase();
  if (seconds(now - start_) < 0.5 || (drawn_ && seconds(now - last_drawn_) < 0.1)) return;
  last_drawn_ = now;
  drawn_ = true;
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const double elapsed = seconds(now - start_);
  const std::string left = share > 0 ? host::duration_in_words(elapsed * (1 - share) / share) : "?";
  // Carriage return, then the line, then whatever the last one had beyond it goes.
  std::fprintf(stderr, "\r%s  %3.0f %%  %s%s/s  %s left\x1b[K", label_.c_str(), 100 * share,
               with_prefix(amount_ * share / elapsed).c_str(), unit_.c_str(), left.c_str());
  std::fflush(stderr);
}

void ProgressLine::erase() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace gramian::cli
