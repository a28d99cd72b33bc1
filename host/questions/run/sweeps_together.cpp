#include "host/questions/run/sweeps_together.hpp"

#include <algorithm>

namespace gramian::questions {

void SweepsTogether::take_part(const std::function<void()>& work) {
  const std::unique_lock<std::mutex> lock(turn_);
  struct End {
    SweepsTogether& all;
    ~End() {
      --all.going_;
      all.changed_.notify_all();
    }
  };
  const End end{*this};
  work();
}

Run::Sweeper SweepsTogether::sweeper() {
  return [this](Space& space, Precision precision, std::span<SweepAnalysis* const> analyses, uint64_t seed,
                const Progress& progress) {
    Wanted wanted{&space, precision, analyses, seed, &progress};
    waiting_.push_back(&wanted);
    while (!wanted.done) {
      if (waiting_.size() == going_) {
        sweep_all();
      } else {
        changed_.wait(turn_);
      }
    }
    if (wanted.failure) std::rethrow_exception(wanted.failure);
    return wanted.report;
  };
}

bool SweepsTogether::fit(const Wanted& a, const Wanted& b) {
  return a.precision == b.precision && a.seed == b.seed && a.space->equals(*b.space);
}

void SweepsTogether::sweep_all() {
  while (!waiting_.empty()) {
    const Wanted first = *waiting_.front();
    std::vector<Wanted*> group;
    std::ranges::copy_if(waiting_, std::back_inserter(group), [&](const Wanted* each) { return fit(first, *each); });
    std::erase_if(waiting_, [&](const Wanted* each) { return std::ranges::find(group, each) != group.end(); });
    std::vector<SweepAnalysis*> analyses;
    for (const Wanted* each : group) analyses.insert(analyses.end(), each->analyses.begin(), each->analyses.end());
    try {
      const SweepReport report = run_sweeps(*first.space, first.precision, analyses, first.seed, *first.progress);
      for (Wanted* each : group) each->report = report;
    } catch (...) {
      for (Wanted* each : group) each->failure = std::current_exception();
    }
    for (Wanted* each : group) each->done = true;
  }
  changed_.notify_all();
}

}  // namespace gramian::questions
