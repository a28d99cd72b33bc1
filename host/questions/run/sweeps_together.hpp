#pragma once
// Several runs side by side, whose passes over the same pairs are made as one.

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <vector>

#include "host/questions/run/run.hpp"

namespace gramian::questions {

/// Every run has a thread of its own, and one works at a time. A run that wants a pass waits until all others want one
/// too, or have ended; then passes over equal spaces, of one precision and seed, are made together.
class SweepsTogether {
 public:
  explicit SweepsTogether(size_t runs) : going_(runs) {}

  /// Calls `work` when it is this run's turn; what it throws is thrown, and the others go on. Once for each run.
  void take_part(const std::function<void()>& work);
  /// What Run::sweep_by wants; used inside take_part alone.
  Run::Sweeper sweeper();

 private:
  struct Wanted {
    Space* space;
    Precision precision;
    std::span<SweepAnalysis* const> analyses;
    uint64_t seed;
    const Progress* progress;
    SweepReport report{};
    std::exception_ptr failure{};
    bool done = false;
  };
  void sweep_all();
  static bool fit(const Wanted& a, const Wanted& b);

  std::mutex turn_;
  std::condition_variable_any changed_;
  size_t going_;                  // runs that have not ended
  std::vector<Wanted*> waiting_;  // for a pass
};

}  // namespace gramian::questions
